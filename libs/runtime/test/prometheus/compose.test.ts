import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { expect, test } from "@jest/globals";
import * as z from "zod";
import { checkConfig } from "../../src/index.ts";
import { configPath, readConfig } from "./support/configs-folder.ts";

const duration = z.string().regex(/^\d+s$/);
const service = z.strictObject({
  image: z.string().regex(/^[a-z0-9./-]+:[\w.-]+$/),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.literal("service_healthy") }))
    .optional(),
  volumes: z
    .array(z.string().regex(/^(?:\.\/[\w./-]+:\/[\w./-]+:ro|[a-z0-9]+:\/[\w./-]+)$/))
    .optional(),
  tmpfs: z.array(z.string().startsWith("/")).optional(),
  extra_hosts: z.array(z.string()).optional(),
  // On loopback only, and under the same number inside and outside.
  ports: z.array(z.string().regex(/^127\.0\.0\.1:(\d+):\1$/)),
  healthcheck: z.strictObject({
    test: z.tuple([z.literal("CMD")], z.string()),
    interval: duration,
    timeout: duration,
    retries: z.int().positive(),
  }),
});
/** The part of the Compose specification that the file uses: what is not named here is a mistake. */
const composeFile = z.strictObject({
  name: z.literal("cogniverse-cache"),
  "x-healthcheck": z.looseObject({}),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

const { services, volumes } = composeFile.parse(await readConfig("compose.yaml"));
const env = parseEnv(await readFile(configPath("compose.env"), "utf8"));
const every = Object.entries(services);
const ports = every.flatMap(([, { ports: published }]) =>
  published.map((port) => port.split(":")[1]),
);

test("has every server of the cache and of those who look at it", () => {
  const names = ["redis", "s3", "gcs", "phoenix", "prometheus", "grafana"];
  expect(Object.keys(services)).toEqual(names);
});

test("every image is of one version", () => {
  const moving = every.filter(
    ([, { image }]) => !/:(?:version-|v)?\d+\.\d+(?:\.\d+)?(?:-[a-z]+)?$/.test(image),
  );
  expect(moving).toEqual([]);
});

test("every file that is mounted is there, every volume is used, every dependency is there", () => {
  const mounts = every.flatMap(([, { volumes: mounted = [] }]) =>
    mounted.map((one) => one.split(":")[0] ?? ""),
  );
  const files = mounts.filter((mount) => mount.startsWith("./"));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !existsSync(configPath(file)))).toEqual([]);
  const named = mounts.filter((mount) => !mount.startsWith("./"));
  expect(named.toSorted()).toEqual(Object.keys(volumes).toSorted());
  const needed = every.flatMap(([, { depends_on: needs = {} }]) => Object.keys(needs));
  expect(needed.filter((name) => !(name in services))).toEqual([]);
});

test("no two servers take one port", () => {
  expect(new Set(ports).size).toBe(ports.length);
});

test("health is asked where the server listens; redis-cli knows where", () => {
  const asked = every.map(([name, { healthcheck }]) => [
    name,
    /127\.0\.0\.1:(\d+)/.exec(healthcheck.test.join(" "))?.[1],
  ]);
  const listening = every.map(
    ([
      name,
      {
        ports: [first],
      },
    ]) => [name, first?.split(":")[2]],
  );
  expect([["redis", "6379"], ...asked.filter(([name]) => name !== "redis")]).toEqual(listening);
});

test("what listens is what the variables name", () => {
  const urls = Object.entries(env).filter(([, value]) => value?.includes("://"));
  expect(urls.map(([name]) => name).toSorted()).toEqual([
    "GCS_ENDPOINT",
    "PHOENIX_COLLECTOR_ENDPOINT",
    "REDIS_URL",
    "S3_ENDPOINT",
  ]);
  for (const [, value = ""] of urls) {
    const { hostname, port } = new URL(value);
    expect(hostname).toBe("127.0.0.1");
    expect(ports).toContain(port);
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = env;
  expect(services["s3"]?.environment).toEqual({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
  expect(services["s3"]?.command).toContain(`-bucket=${env["S3_BUCKET"]}`);
  expect(services["gcs"]?.tmpfs).toEqual([`/buckets/${env["GCS_BUCKET"]}`]);
});

test.each(["production.yaml", "production-gcs.yaml"])("%s takes the variables", async (name) => {
  const asked = [...(await readFile(configPath(name), "utf8")).matchAll(/\$\{(\w+)/g)].map(
    (m) => m[1] ?? "",
  );
  const own = asked.filter((variable) =>
    /^(?:REDIS|S3|AWS|GCS|GOOGLE)_|_(?:ENDPOINT|PORT)$/.test(variable),
  );
  expect(own.filter((variable) => env[variable] === undefined)).toEqual([]);
  expect(await checkConfig({ configPath: configPath(name), env })).toMatchObject({
    ok: true,
    summary: {
      telemetry: {
        traces: { url: "http://127.0.0.1:6006/v1/traces" },
        metrics: { prometheus: { host: "127.0.0.1", port: 9464 } },
      },
    },
  });
});

test("Prometheus fetches from where the application listens", async () => {
  const scrape = await readConfig("prometheus/prometheus.yaml");
  const target = `host.docker.internal:${env["COGNIVERSE_METRICS_PORT"]}`;
  expect(scrape).toMatchObject({ scrape_configs: [{ static_configs: [{ targets: [target] }] }] });
  expect(services["prometheus"]?.extra_hosts).toEqual(["host.docker.internal:host-gateway"]);
});

test("Prometheus reads the file that is mounted, and Grafana finds its dashboard where it looks", () => {
  expect(services["prometheus"]?.command).toContain(
    "--config.file=/etc/prometheus/prometheus.yaml",
  );
  expect(services["prometheus"]?.volumes).toContain("./prometheus:/etc/prometheus:ro");
  expect(services["grafana"]?.volumes).toEqual([
    "./grafana/provisioning:/etc/grafana/provisioning:ro",
    "./grafana/dashboards:/var/lib/grafana/dashboards:ro",
  ]);
});
