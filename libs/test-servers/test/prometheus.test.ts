import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { promtool, serverSuite, startPrometheus } from "../src/index.ts";

const run = promisify(execFile);
const pollMs = 50;

type Sample = Readonly<{
  metric: Readonly<Record<string, string>>;
  value: readonly [number, string];
}>;

async function query(url: string, expression: string): Promise<readonly Sample[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  // The HTTP API of Prometheus, version 1.
  const { data } = (await response.json()) as {
    readonly data: { readonly result: readonly Sample[] };
  };
  return data.result;
}

async function untilAnswered(url: string, expression: string): Promise<readonly Sample[]> {
  for (;;) {
    const samples = await query(url, expression);
    if (samples.length > 0) return samples;
    await delay(pollMs);
  }
}

serverSuite(["prometheus"], describe)("Prometheus", () => {
  const exporter = createServer((_request, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end("# TYPE cache_hits_total counter\ncache_hits_total 7\n");
  });
  let target = "";
  let folder = "";
  let rules = "";
  beforeAll(async () => {
    exporter.listen(0, "127.0.0.1");
    await once(exporter, "listening");
    // Listens on a port, so that is what it has.
    target = `127.0.0.1:${(exporter.address() as AddressInfo).port}`;
    folder = await mkdtemp(join(tmpdir(), "prometheus-"));
    rules = join(folder, "rules.yml");
    const rule = { record: "cache:hits_twice", expr: "cache_hits_total * 2" };
    await writeFile(rules, JSON.stringify({ groups: [{ name: "cache", rules: [rule] }] }));
  });
  afterAll(async () => {
    exporter.close();
    exporter.closeAllConnections();
    await rm(folder, { recursive: true });
  });

  test("scrapes, evaluates rules, and keeps both over a restart and over SIGKILL", async () => {
    await using server = await startPrometheus({ targets: [target], ruleFiles: [rules] });
    const [hits] = await untilAnswered(server.url, "cache_hits_total");
    expect(hits?.value[1]).toBe("7");
    expect(hits?.metric).toMatchObject({ job: "cogniverse", instance: target });
    const [twice] = await untilAnswered(server.url, "cache:hits_twice");
    expect(twice?.value[1]).toBe("14");
    const before = `cache_hits_total @ ${twice?.value[0]}`;
    await server.restart({ keepData: true });
    expect(await query(server.url, before)).toHaveLength(1);
    await server.kill();
    await server.restart({ keepData: true });
    expect(await query(server.url, before)).toHaveLength(1);
    await server.restart({ keepData: false });
    expect(await query(server.url, before)).toHaveLength(0);
  });

  test("two side by side share nothing", async () => {
    await using one = await startPrometheus({ targets: [target] });
    await using other = await startPrometheus({ targets: [] });
    await untilAnswered(one.url, "cache_hits_total");
    expect(await query(other.url, "cache_hits_total")).toEqual([]);
  });

  test("promtool checks rules", async () => {
    const { stdout } = await run(await promtool(), ["check", "rules", rules]);
    expect(stdout).toContain("SUCCESS: 1 rules found");
  });
});
