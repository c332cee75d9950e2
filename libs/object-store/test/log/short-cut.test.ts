import { describe, expect, test } from "@jest/globals";
import { CacheError, START, type ShortCut } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { MemoryBucket } from "../memory-bucket.ts";
import { all, HEAD, lost, node, once, record, type LogNode } from "./log-node.ts";

const NONE: ShortCut = { table: "", alone: [] };

function twoNodes(): readonly [LogNode, LogNode] {
  const bucket = new MemoryBucket();
  return [node(bucket), node(bucket)];
}

const name =
  (table: string) =>
  (now: ShortCut): ShortCut => ({ ...now, table });

const join =
  (session: string) =>
  (now: ShortCut): ShortCut => ({ ...now, alone: [...now.alone, { session, leaving: false }] });

const sessionsOf = ({ alone }: ShortCut = NONE) => alone.map(({ session }) => session);

describe("what the log says of the table beside it", () => {
  test("is in every answer, as of the head that it speaks of", async () => {
    const [one, two] = twoNodes();
    expect(await one.log.head()).toMatchObject({ position: 0, shortCut: NONE });
    const first = await one.log.append([record("a")]);
    expect(first).toMatchObject({ position: 1, shortCut: NONE });
    const named = { table: "t1", alone: [] };
    expect(await two.log.changeShortCut(name("t1"))).toEqual({
      logId: first?.logId,
      position: 1,
      shortCut: named,
    });
    // What is known here is from before the table was named.
    expect(await one.log.append([record("b")])).toMatchObject({ position: 2, shortCut: named });
    expect((await two.log.head()).shortCut).toEqual(named);
    const from = { logId: first?.logId ?? "", position: START };
    expect((await two.log.read(from)).head.shortCut).toEqual(named);
    expect((await two.log.read({ ...from, logId: "other" })).head.shortCut).toEqual(named);
    expect((await two.log.snapshot()).head.shortCut).toEqual(named);
  });

  test("of an append is from its own replacement, whoever changed it since", async () => {
    const [one, two] = twoNodes();
    await one.log.changeShortCut(name("t1"));
    once(one.client, async (send) => {
      send();
      await two.log.changeShortCut(name("t2"));
      throw lost();
    });
    const head = await one.log.append([record("a")]);
    expect(head).toMatchObject({ position: 1, shortCut: { table: "t1" } });
    expect((await one.log.head()).shortCut?.table).toBe("t2");
  });

  test("changes together with the appends that wait, in one write, each edit upon the one before", async () => {
    const one = node();
    await one.log.head();
    const before = one.client.count("write");
    const heads = await Promise.all([
      one.log.append([record("a")]),
      one.log.changeShortCut(join("s1")),
      one.log.changeShortCut(join("s2")),
      one.log.append([record("b")]),
      one.log.changeShortCut(name("t1")),
    ]);
    expect(one.client.count("write") - before).toBe(1);
    // Of one document, so all say the same of it; only the appends have places of their own.
    expect(heads.map((head) => head?.position)).toEqual([1, 2, 2, 2, 2]);
    for (const head of heads)
      expect([head?.shortCut?.table, ...sessionsOf(head?.shortCut)]).toEqual(["t1", "s1", "s2"]);
  });

  test("an edit that changes nothing writes nothing, and is decided by the head as it is", async () => {
    const [one, two] = twoNodes();
    await one.log.head();
    await two.log.changeShortCut(name("t2"));
    const seen: string[] = [];
    const head = await one.log.changeShortCut(({ table }) => {
      seen.push(table);
      return undefined;
    });
    expect(head.shortCut).toEqual({ table: "t2", alone: [] });
    expect(seen).toEqual(["", "t2"]);
    expect(one.client.count("write")).toBe(1);
  });

  test("an edit that throws, or that no reader would take, is its caller's error alone", async () => {
    const one = node();
    const [thrown, broken, head] = await Promise.allSettled([
      one.log.changeShortCut(() => {
        throw new Error("mine");
      }),
      one.log.changeShortCut((now) => ({ ...now, alone: [{ session: "", leaving: false }] })),
      one.log.append([record("a")]),
    ]);
    expect(thrown).toMatchObject({ status: "rejected", reason: { message: "mine" } });
    expect(broken).toMatchObject({ status: "rejected", reason: { code: "invalid_value" } });
    expect(head).toMatchObject({ status: "fulfilled", value: { position: 1, shortCut: NONE } });
  });

  test("a log that begins anew names no table and nobody", async () => {
    const bucket = new MemoryBucket();
    const one = node(bucket);
    await one.log.changeShortCut((now) => join("s1")(name("t1")(now)));
    bucket.objects.delete(HEAD);
    expect(await one.log.append([record("a")])).toMatchObject({ position: 1, shortCut: NONE });
  });
});

describe("a change of it that meets trouble", () => {
  test("another's came in between: the edit runs again, on that one's head", async () => {
    const [one, two] = twoNodes();
    await one.log.head();
    once(one.client, async (send) => {
      await two.log.changeShortCut(join("s2"));
      return send();
    });
    const head = await one.log.changeShortCut(join("s1"));
    expect(sessionsOf(head.shortCut)).toEqual(["s2", "s1"]);
  });

  test("100 of them by 10 nodes among appends: every one stands, and no position is lost", async () => {
    const bucket = new MemoryBucket();
    const nodes = Array.from({ length: 10 }, () => node(bucket));
    const heads = await Promise.all(
      nodes.flatMap((one, n) =>
        Array.from({ length: 10 }, async (_, i) => {
          await settle(i);
          await one.log.append([record(`${n}/${i}`)]);
          return one.log.changeShortCut(join(`${n}/${i}`));
        }),
      ),
    );
    const { shortCut } = await node(bucket).log.head();
    expect(new Set(sessionsOf(shortCut)).size).toBe(100);
    expect(sessionsOf(shortCut)).toHaveLength(100);
    for (const head of heads) expect(head.shortCut?.alone.length).toBeGreaterThan(0);
    expect((await all(node(bucket))).map(({ position }) => position)).toHaveLength(100);
  });

  const faults: readonly (readonly [string, (send: () => unknown) => unknown])[] = [
    [
      "its answer was lost",
      (send) => {
        send();
        throw lost();
      },
    ],
    [
      "it was cut before it arrived",
      () => {
        throw new CacheError("tier_unavailable", "ECONNRESET", { retryable: true });
      },
    ],
    [
      "503 SlowDown",
      () => {
        throw new CacheError("throttled", "SlowDown", { retryable: true });
      },
    ],
    [
      "the client sent it twice, and the second was refused",
      (send) => {
        send();
        return undefined;
      },
    ],
  ];

  test.each(faults)("%s: it is there once, with the append beside it", async (_name, fault) => {
    const one = node();
    await one.log.append([record("a")]);
    once(one.client, fault);
    const [changed, appended] = await Promise.all([
      one.log.changeShortCut(join("s1")),
      one.log.append([record("b")]),
    ]);
    expect(changed).toEqual(appended);
    expect(sessionsOf((await one.log.head()).shortCut)).toEqual(["s1"]);
    expect(await all(one)).toHaveLength(2);
  });

  test("refused for good: the caller is told, and nothing is changed", async () => {
    const one = node();
    await one.log.head();
    once(one.client, () => {
      throw new CacheError("auth", "AccessDenied");
    });
    await expect(one.log.changeShortCut(name("t1"))).rejects.toMatchObject({ code: "auth" });
    expect((await one.log.head()).shortCut).toEqual(NONE);
  });
});
