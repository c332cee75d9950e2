import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { serverSuite } from "../src/index.ts";
import { isAlive } from "../src/process/is-alive.ts";
import { askRedis } from "../src/servers/redis-client.ts";
import { parseCommandLine, usage } from "../src/services/command-line.ts";
import { runServices } from "../src/services/run-services.ts";
import { servicesFolder } from "../src/services-folder.ts";
import { startChild } from "./child.ts";

type Report = Readonly<{
  envFile: string;
  services: readonly Readonly<{
    name: string;
    variable: string;
    address: string;
    given: boolean;
    pid?: number;
  }>[];
}>;

const startLimitMs = 180_000;

let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "services-"))));
afterAll(() => rm(folder, { recursive: true }));

/** Without what this test run itself has put into the environment. */
const nothingGiven = {
  REDIS_URL: "",
  S3_ENDPOINT: "",
  S3_SECOND_ENDPOINT: "",
  GCS_ENDPOINT: "",
};

serverSuite(["redis", "s3", "s3-second", "gcs", "phoenix", "prometheus"], describe)(
  "npm run services",
  () => {
    test("two sets run side by side, tell where they are, and end with the signal", async () => {
      const files = ["one", "other"].map((name) => join(folder, `${name}.env`));
      const children = await Promise.all(
        files.map((file) => startChild("services", [file, "--json"], nothingGiven)),
      );
      // Printed by the child, in this form.
      const reports = children.map(({ line }) => JSON.parse(line) as Report);
      const addresses = reports.flatMap(({ services }) => services.map(({ address }) => address));
      expect(new Set(addresses).size).toBe(8);
      for (const [index, { services }] of reports.entries()) {
        const variables = parseEnv(await readFile(files[index] ?? "", "utf8"));
        for (const { variable, address } of services) expect(variables[variable]).toBe(address);
        expect(variables).toMatchObject({ AWS_ACCESS_KEY_ID: "test", AWS_REGION: "us-east-1" });
        const s3 = services.find(({ name }) => name === "s3")?.address ?? "";
        expect((await fetch(`${s3}/cogniverse-cache`)).status).toBe(200);
        const gcs = services.find(({ name }) => name === "gcs")?.address ?? "";
        expect((await fetch(`${gcs}/storage/v1/b/cogniverse-cache`)).status).toBe(200);
      }
      children[0]?.process.kill("SIGINT");
      children[1]?.process.kill("SIGTERM");
      expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([130, 143]);
      expect(files.map((file) => existsSync(file))).toEqual([false, false]);
      const pids = reports.flatMap(({ services }) => services.map(({ pid }) => pid ?? 0));
      expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
    });

    test("of two sets that write one file the later has it, and gives it back when it ends", async () => {
      const file = join(folder, "shared.env");
      const start = () => startChild("services", [file, "--json", "--only", "redis"], nothingGiven);
      const redisNow = async () => parseEnv(await readFile(file, "utf8"))["REDIS_URL"];
      const first = await start();
      const address = await redisNow();
      const second = await start();
      expect(await redisNow()).not.toBe(address);
      second.process.kill("SIGINT");
      expect(await second.ended).toBe(130);
      expect(await redisNow()).toBe(address);
      first.process.kill("SIGINT");
      expect(await first.ended).toBe(130);
      expect((await readdir(folder)).filter((name) => name.startsWith("shared.env"))).toEqual([]);
    });

    test("when one dies the others end, with an exit code and its last words", async () => {
      const file = join(folder, "dying.env");
      const child = await startChild(
        "services",
        [file, "--json", "--only", "redis,gcs"],
        nothingGiven,
      );
      const { services } = JSON.parse(child.line) as Report;
      const [redis, gcs] = services.map(({ pid }) => pid ?? 0);
      const { hostname: host, port } = new URL(services[0]?.address ?? "");
      const talk = "for i = 1, 1000 do redis.log(redis.LOG_WARNING, 'many words') end";
      await askRedis({ host, port: Number(port) }, "EVAL", talk, "0");
      process.kill(redis ?? 0, "SIGTERM");
      expect(await child.ended).toBe(1);
      expect(isAlive(gcs ?? 0)).toBe(false);
      expect(child.errors()).toContain("Redis is now ready to exit");
      expect(child.errors().split("\n").length).toBeLessThan(40);
      const [, log = ""] = /^Its whole log: (.+)$/m.exec(child.errors()) ?? [];
      const kept = await readFile(log, "utf8");
      expect(kept.match(/many words$/gm)).toHaveLength(1000);
      expect(kept).toContain("Redis is now ready to exit");
      expect(existsSync(file)).toBe(false);
    });

    test(
      "--with adds Phoenix, and tells clients where it is by the variable of theirs",
      async () => {
        const file = join(folder, "phoenix.env");
        const unused = join(folder, "unused.env");
        const args = [
          unused,
          "--json",
          "--only",
          "redis",
          "--with",
          "phoenix",
          "--addresses",
          file,
        ];
        const child = await startChild("services", args, {
          ...nothingGiven,
          PHOENIX_COLLECTOR_ENDPOINT: "",
        });
        const endpoint = parseEnv(await readFile(file, "utf8"))["PHOENIX_COLLECTOR_ENDPOINT"];
        expect((await fetch(`${endpoint}/healthz`)).status).toBe(200);
        expect(existsSync(unused)).toBe(false);
        child.process.kill("SIGINT");
        expect(await child.ended).toBe(130);
        await expect(fetch(`${endpoint}/healthz`)).rejects.toThrow("fetch failed");
      },
      startLimitMs,
    );

    test("Prometheus has the shipped rules, and its log is not kept where it ends as it should", async () => {
      const log = join(servicesFolder, "prometheus.log");
      await rm(log, { force: true });
      const args = [join(folder, "prometheus.env"), "--json", "--only", "prometheus"];
      const child = await startChild("services", args, { ...nothingGiven, PROMETHEUS_URL: "" });
      const [prometheus] = (JSON.parse(child.line) as Report).services;
      const answer = await fetch(`${prometheus?.address}/api/v1/rules?type=alert`);
      expect(await answer.text()).toContain("CogniverseCacheHitRatioLow");
      child.process.kill("SIGINT");
      expect(await child.ended).toBe(130);
      expect(existsSync(log)).toBe(false);
    });

    test("a server that the environment names is used and not started", async () => {
      const given = { REDIS_URL: "redis://:secret@127.0.0.1:1" };
      const args = [join(folder, "given.env"), "--json", "--only", "redis"];
      const child = await startChild("services", args, given);
      const [redis] = (JSON.parse(child.line) as Report).services;
      expect(redis).toEqual({
        name: "redis",
        variable: "REDIS_URL",
        address: "redis://***@127.0.0.1:1",
        given: true,
      });
      child.process.kill("SIGINT");
      expect(await child.ended).toBe(130);
    });
  },
);

test("the command line is checked before anything starts", async () => {
  const printed: string[] = [];
  const complained: string[] = [];
  const output = {
    envFile: join(folder, "never.env"),
    print: (text: string) => void printed.push(text),
    complain: (text: string) => void complained.push(text),
  };
  expect(await runServices(["--help"], output)).toBe(0);
  expect(printed).toEqual([usage]);
  expect(await runServices(["--only", "redis,memcached"], output)).toBe(2);
  expect(await runServices(["--every"], output)).toBe(2);
  expect(complained.join("")).toMatch(
    /"memcached"; there are redis, s3, s3-second, gcs, phoenix, prometheus[\s\S]+--every/,
  );
  expect(parseCommandLine(["--only", "gcs, redis"])).toMatchObject({ kind: "run", json: false });
});

test("what is large starts for who names it", () => {
  const started = (...args: readonly string[]): readonly string[] => {
    const request = parseCommandLine(args);
    return request.kind === "run" ? request.kinds.map(({ name }) => name) : [];
  };
  const usual = ["redis", "s3", "s3-second", "gcs"];
  expect(started()).toEqual(usual);
  expect(started("--with", "phoenix,prometheus")).toEqual([...usual, "phoenix", "prometheus"]);
  expect(started("--only", "redis", "--with", "phoenix")).toEqual(["redis", "phoenix"]);
  expect(started("--only", "phoenix")).toEqual(["phoenix"]);
});
