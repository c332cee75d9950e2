import { describe, expect, test } from "@jest/globals";
import { settle } from "@cogniverse/testkit";
import { ObjectLayout, ObjectLog } from "../../src/index.ts";
import { MemoryBucket, MemoryClient } from "../memory-bucket.ts";
import { testContext } from "../surroundings.ts";
import { node, record, values } from "./log-node.ts";

describe("appends of many", () => {
  test("1,000 concurrent ones of many tenants take at most 20 writes", async () => {
    const one = node(new MemoryBucket());
    const heads = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => one.log.append([record(`${i}`, `t${i % 50}`)])),
    );
    expect(new Set(heads.map((head) => head?.position)).size).toBe(1000);
    expect(one.client.count("write")).toBeLessThanOrEqual(20);
    expect((await one.log.head()).position).toBe(1000);
  });

  test("those that come while one is under way go together in the next", async () => {
    const one = node(new MemoryBucket());
    await one.log.head();
    const before = one.client.count("write");
    const first = one.log.append([record("first")]);
    await settle(1);
    const rest = Array.from({ length: 500 }, (_, i) => one.log.append([record(`${i}`)]));
    await Promise.all([first, ...rest]);
    expect(one.client.count("write") - before).toBe(2);
  });

  test("where the service wants it, heads follow each other no sooner than told, each with all that wait", async () => {
    const client = new MemoryClient();
    const context = testContext();
    const log = new ObjectLog(client, new ObjectLayout(), context, { intervalMs: 1000 });
    await log.append([record("first")]);
    const before = client.count("write");
    const rest = Array.from({ length: 50 }, async (_, i) => {
      await settle(i % 5);
      return log.append([record(`${i}`)]);
    });
    await settle(30);
    expect(client.count("write")).toBe(before);
    await context.clock.advanceAndSettle(1000);
    await Promise.all(rest);
    expect(client.count("write")).toBe(before + 1);
  });

  test("64 nodes in a storm of refusals leave no gap and lose nothing", async () => {
    const bucket = new MemoryBucket();
    const nodes = Array.from({ length: 16 }, () => node(bucket));
    const heads = await Promise.all(
      nodes.flatMap((one, n) => [0, 1, 2, 3].map((i) => one.log.append([record(`${n}/${i}`)]))),
    );
    expect(new Set(heads.map((head) => head?.position))).toEqual(
      new Set(Array.from({ length: 64 }, (_, i) => i + 1)),
    );
    const wanted = nodes.flatMap((_, n) => [0, 1, 2, 3].map((i) => `${n}/${i}`));
    expect((await values(node(bucket))).toSorted()).toEqual(wanted.toSorted());
  });

  test("who had to wait among others looks at the head before it sends, and is not refused again", async () => {
    const bucket = new MemoryBucket();
    const other = node(bucket);
    const { log, client, context } = node(bucket);
    await log.head();
    const { clock } = context;
    const after = clock.after.bind(clock);
    clock.after = (delayMs: number, run: () => void) =>
      after(delayMs, () => void other.log.append([record("meanwhile")]).then(run));
    let sent = 0;
    client.around = async ({ op }, send) => {
      if (op === "write" && ++sent <= 2) await other.log.append([record("before")]);
      return send();
    };
    expect(await log.append([record("own")])).toMatchObject({ position: 4 });
    expect(sent).toBe(3);
  });
});
