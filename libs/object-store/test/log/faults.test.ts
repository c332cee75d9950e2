import { describe, expect, test } from "@jest/globals";
import { CacheError, START } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { MemoryBucket, type Around } from "../memory-bucket.ts";
import { HEAD, lost, node, once, record, values } from "./log-node.ts";

describe("appends", () => {
  test("a refusal that its own lost first sending caused is no refusal", async () => {
    const one = node(new MemoryBucket());
    await one.log.append([record("a")]);
    // The client sends again by itself: the first landed, the second is refused.
    once(one.client, (send) => {
      send();
      return undefined;
    });
    expect(await one.log.append([record("b")])).toMatchObject({ position: 2 });
    expect(await values(one)).toEqual(["a", "b"]);
  });

  test("a PUT that lands after it was looked for is there once, whoever else appends", async () => {
    const bucket = new MemoryBucket();
    const [one, two] = [node(bucket), node(bucket)];
    await one.log.append([record("a")]);
    let late: (() => unknown) | undefined;
    once(one.client, (send) => {
      late = send;
      throw lost();
    });
    // Between the look, which finds nothing, and the next sending the first arrives.
    let looks = 0;
    const { around } = one.client;
    const letLand: Around = (request, send) => {
      if (late === undefined) return around(request, send);
      if (request.op === "read" && ++looks === 1) return send();
      late();
      late = undefined;
      return send();
    };
    one.client.around = letLand;
    expect(await one.log.append([record("b"), record("c")])).toMatchObject({ position: 3 });
    await two.log.append([record("d")]);
    expect(await values(two)).toEqual(["a", "b", "c", "d"]);
  });

  test("a PUT that lands long after its caller gave up cannot take the place of a later head", async () => {
    const bucket = new MemoryBucket();
    const [one, two] = [node(bucket), node(bucket)];
    await one.log.append([record("a")]);
    const held: (() => unknown)[] = [];
    one.client.around = ({ op, name }, send) => {
      if (op !== "write" || name !== HEAD) return send();
      held.push(send);
      throw lost();
    };
    await expect(one.log.append([record("b")])).rejects.toMatchObject({ code: "timeout" });
    expect(held.length).toBeGreaterThan(1);
    await two.log.append([record("c")]);
    expect(held.map((send) => send())).toEqual(held.map(() => undefined));
    one.client.around = (_request, send) => send();
    await one.log.append([record("d")]);
    expect(await values(two)).toEqual(["a", "c", "d"]);
  });

  test("a PUT that lands after its caller gave up, before anybody else appended, is there once", async () => {
    const one = node(new MemoryBucket());
    await one.log.append([record("a")]);
    const held: (() => unknown)[] = [];
    one.client.around = ({ op, name }, send) => {
      if (op !== "write" || name !== HEAD) return send();
      held.push(send);
      throw lost();
    };
    await expect(one.log.append([record("b")])).rejects.toMatchObject({ code: "timeout" });
    one.client.around = (_request, send) => send();
    // It arrives while the next append is on its way with what is known from before it.
    once(one.client, (send) => {
      for (const late of held) late();
      return send();
    });
    expect(await one.log.append([record("c")])).toMatchObject({ position: 3 });
    expect(await values(one)).toEqual(["a", "b", "c"]);
  });

  test("`unless` is decided anew where another node's record came in between", async () => {
    const bucket = new MemoryBucket();
    const [one, two] = [node(bucket), node(bucket)];
    const { position: since = START } = (await one.log.append([record("x")])) ?? {};
    await two.log.head();
    once(two.client, async (send) => {
      await one.log.append([record("a")]);
      return send();
    });
    const unless = { since, scopes: [{ kind: "key", value: "a" } as const] };
    expect(await two.log.append([record("a")], { unless })).toBeUndefined();
    expect(await values(two)).toEqual(["x", "a"]);
  });

  test("`unless` from before the head's records is decided by the snapshot", async () => {
    const limits = { records: 4, bytes: 1e6 };
    const one = node(new MemoryBucket(), { limits });
    for (let i = 0; i < 12; i++) await one.log.append([record(`${i}`)]);
    await settle(50);
    const ask = (value: string) =>
      one.log.append([record("y")], { unless: { since: START, scopes: [{ kind: "key", value }] } });
    expect(await ask("0")).toBeUndefined();
    expect(await ask("11")).toBeUndefined();
    expect(await ask("none")).toMatchObject({ position: 13 });
  });

  test("nobody waits: the request under way is ended, and the next append goes on", async () => {
    const one = node(new MemoryBucket());
    await one.log.append([record("a")]);
    const hangs = Promise.withResolvers<never>();
    once(one.client, () => hangs.promise);
    const controller = new AbortController();
    const aborted = one.log.append([record("b")], { signal: controller.signal });
    await settle(5);
    controller.abort(new Error("nobody waits"));
    await expect(aborted).rejects.toThrow("nobody waits");
    hangs.reject(controller.signal.reason);
    await one.log.append([record("c")]);
    expect(await values(one)).toEqual(["a", "c"]);
  });

  test("an error that no repetition cures is the caller's at once", async () => {
    const one = node(new MemoryBucket());
    await one.log.append([record("a")]);
    once(one.client, () => {
      throw new CacheError("auth", "AccessDenied");
    });
    await expect(one.log.append([record("b")])).rejects.toMatchObject({ code: "auth" });
    expect(await values(one)).toEqual(["a"]);
  });
});

describe("the greatest D", () => {
  test("is in the head before a node's first read counts", async () => {
    const bucket = new MemoryBucket();
    const hasty = node(bucket, { leaseMs: 1000 });
    await hasty.log.append([record("a")]);
    expect(hasty.log.leaseMs).toBe(1000);
    const patient = node(bucket, { leaseMs: 9000 });
    // What it is told is not from before its D was there for every appender to see.
    once(patient.client, async (send) => {
      await hasty.log.append([record("b")]);
      return send();
    });
    const { records } = await patient.log.snapshot();
    expect(records).toHaveLength(2);
    await hasty.log.append([record("c")]);
    expect(hasty.log.leaseMs).toBe(9000);
    // Both go on by it, so a log that a third one makes anew has to know it before they read there.
    bucket.objects.delete(HEAD);
    const third = node(bucket, { leaseMs: 1000 });
    await third.log.append([record("b")]);
    expect(third.log.leaseMs).toBe(1000);
    await hasty.log.head();
    await third.log.append([record("c")]);
    expect(third.log.leaseMs).toBe(9000);
  });
});

describe("a head that is not there as it was", () => {
  test("deleted: a new log, and one line for the operator", async () => {
    const bucket = new MemoryBucket();
    const one = node(bucket);
    const before = await one.log.append([record("a")]);
    bucket.objects.delete(HEAD);
    const head = await one.log.head();
    expect(head.position).toBe(0);
    expect(head.logId).not.toBe(before?.logId);
    expect(await one.log.read(before ?? head)).toEqual({ type: "reset", head });
  });

  test.each([
    ["cut", '{"version":1,"logId":"x"'],
    ["no head", "{}"],
    [
      "with a gap before its records",
      '{"version":1,"logId":"x","revision":3,"position":9,"leaseMs":1,"table":"","alone":[],"snapshot":null,"records":[],"batches":[]}',
    ],
    ["of a later release", '{"version":2}'],
  ])("%s: refused with what to do, and left as it is", async (_name, text) => {
    const bucket = new MemoryBucket();
    const write = { headers: { contentType: "application/json", metadata: {} } };
    bucket.set(HEAD, new TextEncoder().encode(text), write);
    const one = node(bucket);
    const refusal = { code: "tier_unavailable", message: expect.stringContaining(HEAD) };
    await expect(one.log.head()).rejects.toMatchObject(refusal);
    await expect(one.log.append([record("a")])).rejects.toMatchObject(refusal);
    expect(new TextDecoder().decode(bucket.objects.get(HEAD)?.data)).toBe(text);
  });

  test("a bucket that cannot be reached is no empty log", async () => {
    const one = node(new MemoryBucket());
    one.client.around = () => {
      throw new CacheError("tier_unavailable", "NoSuchBucket");
    };
    await expect(one.log.head()).rejects.toMatchObject({ message: "NoSuchBucket" });
    expect(one.client.count("write")).toBe(0);
  });
});
