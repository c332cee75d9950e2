import { beforeEach, describe, expect, test } from "@jest/globals";
import type { LogHead } from "@cogniverse/sdk";
import { MemoryBucket, type StoredObject } from "../memory-bucket.ts";
import { HEAD, node as nodeOf, record, type LogNode } from "./log-node.ts";

let bucket: MemoryBucket;

beforeEach(() => {
  bucket = new MemoryBucket();
});

const node = (): LogNode => nodeOf(bucket);

async function append({ log }: LogNode, times: number): Promise<LogHead> {
  for (let i = 0; i < times; i++) await log.append([record(`${i}`)]);
  return log.head();
}

/** The head as it is now; what is answered puts it back, byte for byte. */
function copy(): () => void {
  const kept = bucket.objects.get(HEAD);
  if (kept === undefined) throw new Error("There is no head yet");
  return () => void bucket.objects.set(HEAD, kept satisfies StoredObject);
}

const errors = ({ context }: LogNode) =>
  context.logger.lines.filter(({ level }) => level === "error").map(({ message }) => message);

describe("a head that an older copy of it has replaced", () => {
  test("a reader that has seen later ones is told of a new log, and so is everybody", async () => {
    const [one, two] = [node(), node()];
    await append(one, 3);
    const restore = copy();
    const seen = await append(one, 2);
    await two.log.head();
    restore();
    const delta = await two.log.read(seen);
    expect(delta).toMatchObject({ type: "reset", head: { position: 0 } });
    expect(delta.head.logId).not.toBe(seen.logId);
    expect(errors(two)).toEqual([expect.stringContaining("replaced by an older copy")]);
    expect(await one.log.head()).toEqual(delta.head);
    expect(await node().log.head()).toEqual(delta.head);
  });

  test("an appender gives no position that it gave before", async () => {
    const one = node();
    await append(one, 3);
    const restore = copy();
    const seen = await append(one, 2);
    restore();
    const head = await one.log.append([record("new")]);
    expect(head?.position).toBe(1);
    expect(head?.logId).not.toBe(seen.logId);
  });

  test.each([1, 2, 5, 60])(
    "also where %d appends of others went on from the copy before anybody looked",
    async (times) => {
      const [one, fresh] = [node(), node()];
      await append(one, 3);
      const restore = copy();
      const seen = await append(one, 2);
      restore();
      const { logId } = await append(fresh, times);
      expect(logId).toBe(seen.logId);
      const delta = await one.log.read(seen);
      expect(delta).toMatchObject({ type: "reset", head: { position: 0 } });
      expect(delta.head.logId).not.toBe(seen.logId);
      expect(await fresh.log.head()).toEqual(delta.head);
    },
  );

  test("a log that another took the place of never speaks again", async () => {
    const [one, two] = [node(), node()];
    const first = await append(one, 3);
    const restore = copy();
    bucket.objects.delete(HEAD);
    const second = await append(one, 1);
    await two.log.head();
    restore();
    const third = await one.log.head();
    expect([first.logId, second.logId]).not.toContain(third.logId);
    expect(await two.log.head()).toEqual(third);
  });

  test("who sees it first begins the new log, the others take that one", async () => {
    const nodes = Array.from({ length: 8 }, () => node());
    await append(nodes[0] ?? node(), 3);
    const restore = copy();
    await append(nodes[1] ?? node(), 2);
    await Promise.all(nodes.map(({ log }) => log.head()));
    restore();
    const heads = await Promise.all(nodes.map(({ log }) => log.append([record("new")])));
    expect(new Set(heads.map((head) => head?.logId)).size).toBe(1);
    expect(new Set(heads.map((head) => head?.position)).size).toBe(8);
  });
});

describe("an answer that was under way for long", () => {
  /** The next such request is answered as of now, once the test lets it. */
  function hold({ client }: LogNode, held: string): { asked: Promise<void>; release: () => void } {
    const asked = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    client.around = async ({ op }, send) => {
      if (op !== held) return send();
      client.around = (_request, next) => next();
      const answer = send();
      asked.resolve();
      await released.promise;
      return answer;
    };
    return { asked: asked.promise, release: released.resolve };
  }

  test("is no older copy", async () => {
    const [one, two] = [node(), node()];
    const before = await append(one, 3);
    await append(two, 1);
    const { asked, release } = hold(one, "read");
    const late = one.log.head();
    await asked;
    const after = await append(two, 2);
    expect(await one.log.head()).toEqual(after);
    release();
    await late;
    expect(await one.log.head()).toEqual(after);
    expect(after.logId).toBe(before.logId);
    expect(errors(one)).toEqual([]);
  });

  test("and tells of a log that was left meanwhile is asked for again", async () => {
    const [one, two] = [node(), node()];
    await append(one, 1);
    await append(two, 1);
    const { asked, release } = hold(one, "read");
    const late = one.log.head();
    await asked;
    bucket.objects.delete(HEAD);
    const anew = await append(two, 1);
    expect(await one.log.head()).toEqual(anew);
    release();
    expect(await late).toEqual(anew);
    expect(await two.log.head()).toEqual(anew);
    expect(errors(one)).toEqual([]);
  });

  test("and tells of an append to a log that was left meanwhile brings that one not back", async () => {
    const [one, two] = [node(), node()];
    await append(one, 1);
    const { asked, release } = hold(one, "write");
    const late = one.log.append([record("late")]);
    await asked;
    bucket.objects.delete(HEAD);
    const anew = await append(two, 1);
    expect(await one.log.head()).toEqual(anew);
    release();
    await late;
    expect(await one.log.append([record("next")])).toEqual({ ...anew, position: 2 });
    expect(errors(one)).toEqual([]);
  });
});
