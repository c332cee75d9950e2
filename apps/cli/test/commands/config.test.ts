import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

const BROKEN = `caching:
  tiers:
    memory: { backend: memory, config: { max_size_mb: many } }
    hot: { backend: redis, config: { url: "redis://admin:hunter2@localhost:6379", max_memry: 1gb } }
  policies:
    embeddings: { warm: true }
    frames: { memory: true, ttl: -1, tll: 5 }
`;

test("everything that is wrong is said at once, each with its place, and no secret", async () => {
  await using home = await CliHome.create();
  const file = await home.file("broken.yaml", BROKEN);
  const { code, out, err } = await home.run("config", "check", file);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  for (const [line, column] of [
    [3, 55],
    [4, 83],
    [6, 19],
    [7, 34],
    [7, 38],
  ])
    expect(err).toContain(`${file}:${line}:${column}`);
  expect(err).not.toContain("hunter2");
  expect(err).toMatch(/\d problem\(s\)\n$/);
  const json = await home.run("config", "check", file, "--json");
  expect(json.code).toBe(1);
  const { ok, problems } = JSON.parse(json.out);
  expect(ok).toBe(false);
  expect(problems.length).toBeGreaterThanOrEqual(4);
  expect(json.out + json.err).not.toContain("hunter2");
});

test("a command on a broken configuration says the same and ends with 2", async () => {
  await using home = await CliHome.create();
  const file = await home.file("broken.yaml", BROKEN);
  const { code, err } = await home.run("ls", "--config", file);
  expect(code).toBe(2);
  expect(err).toContain(`${file}:7:38`);
  expect(err).not.toContain("hunter2");
});

test("what is right is summed up", async () => {
  await using home = await CliHome.create();
  const { code, out, err } = await home.run("config", "check");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/embedded\.yaml is right\n/);
  expect(out).toMatch(/search_results +│ memory, warm +│ 3600 s/);
  const json = JSON.parse((await home.run("config", "check", "--json")).out);
  expect(json).toMatchObject({ ok: true, summary: { enabled: true } });
});

test("the schema knows the installed backends", async () => {
  await using home = await CliHome.create();
  const { code, out } = await home.run("config", "schema");
  expect(code).toBe(0);
  expect(out).toContain("max_size_gb");
  expect(JSON.parse(out)).toHaveProperty("$schema");
});

test("a configuration that is not there is told in one line or two", async () => {
  await using home = await CliHome.create();
  const { code, err } = await home.run("ls", "--config", home.at("none.yaml"));
  expect(code).toBe(2);
  expect(err).toContain("There is no such file");
});

test("what telemetry will do is said, by the file and the environment, and no credential", async () => {
  await using home = await CliHome.create();
  const off = await home.run("config", "check", "--offline");
  expect(off.out).toContain("telemetry: off, nothing is named that it could go to");
  const env = {
    PHOENIX_COLLECTOR_ENDPOINT: "http://127.0.0.1:6006",
    PHOENIX_API_KEY: "m4rked-key",
    COGNIVERSE_KEY_SECRET: "m4rked-m4rked-m4rked",
    COGNIVERSE_METRICS_PORT: "9464",
  };
  const { code, out } = await home.runWith({ env }, "config", "check", "--offline");
  expect(code).toBe(0);
  expect(out).toContain(
    'traces: to http://127.0.0.1:6006/v1/traces (http/protobuf, compression gzip, with an authorization), project "cogniverse", tenants by attribute\n' +
      "metrics: for Prometheus at http://127.0.0.1:9464/metrics\n" +
      "kept: errors, misses, reads above 250 ms, and all of other hits below a recorded span\n" +
      "keys leave as 16 hex digits; values never leave\n",
  );
  expect(out).not.toContain("m4rked");
  const json = await home.runWith({ env }, "config", "check", "--offline", "--json");
  expect(JSON.parse(json.out)).toMatchObject({ summary: { telemetry: { enabled: true } } });
  expect(json.out).not.toContain("m4rked");
});

test("every form of it has words", async () => {
  await using home = await CliHome.create();
  const said = async (section: string): Promise<string> => {
    const caching = "caching: { tiers: { memory: { backend: memory } } }\n";
    const file = await home.file("form.yaml", caching + section);
    return (await home.run("config", "check", file)).out;
  };
  expect(await said("")).toContain("telemetry: not configured");
  const out = await said(`telemetry:
  endpoint: http://127.0.0.1:4317
  protocol: grpc
  tenancy: project
  sampling: { hits: 0.125, slow_read_ms: 9 }
  keys: { visibility: plain }
  values: true
  metrics: { otlp: { endpoint: "http://h:4318" }, prometheus: { host: "::1", port: 0 } }
`);
  expect(out).toContain("to http://127.0.0.1:4317 (grpc, compression gzip, without an");
  expect(out).toContain('a project "cogniverse-{tenant}" for each tenant');
  expect(out).toContain("http://[::1]:(any free port)/metrics; to http://h:4318/v1/metrics every");
  expect(out).toContain("reads above 9 ms, and 12.5 % of other hits");
  expect(out).toContain("keys leave as they are; values leave where");
});
