import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { describe, expect, test } from "@jest/globals";

import { serverSuite, startRedis } from "../src/index.ts";
import { isAlive } from "../src/process/is-alive.ts";
import { startChild } from "./child.ts";

type Told = readonly Readonly<{ pid: number; dir: string }>[];

/** What is left of the servers once nothing changes any more, or all is gone. */
async function leftOf(told: Told): Promise<readonly unknown[]> {
  const limitAt = performance.now() + 30_000;
  for (;;) {
    const left = told.filter(({ pid, dir }) => isAlive(pid) || existsSync(dirname(dir)));
    if (left.length === 0 || performance.now() > limitAt) return left;
    await delay(10);
  }
}

serverSuite(["redis", "s3", "s3-second", "gcs"], describe)("servers and their process", () => {
  test("SIGKILL of the process takes its servers and their data along, and nobody else's", async () => {
    const [one, other] = await Promise.all([startChild("guard"), startChild("guard")]);
    // Printed by the child, in this form.
    const ofOne = JSON.parse(one.line) as Told;
    const ofOther = JSON.parse(other.line) as Told;
    expect([...ofOne, ...ofOther].filter(({ pid }) => !isAlive(pid))).toEqual([]);
    one.process.kill("SIGKILL");
    await one.ended;
    expect(await leftOf(ofOne)).toEqual([]);
    expect(ofOther.filter(({ pid, dir }) => !isAlive(pid) || !existsSync(dir))).toEqual([]);
    other.process.kill("SIGTERM");
    await other.ended;
    expect(await leftOf(ofOther)).toEqual([]);
  });

  test("a process that ends without stopping its servers takes them along", async () => {
    const { line, ended } = await startChild("leaving");
    expect(await ended).toBe(0);
    expect(await leftOf(JSON.parse(line) as Told)).toEqual([]);
  });

  test("a server that ends by itself is seen to have ended", async () => {
    await using server = await startRedis();
    process.kill(server.pid, "SIGTERM");
    await server.ended;
    expect(await server.log()).toContain("Redis is now ready to exit");
  });
});
