import { describe, expect, test } from "@jest/globals";
import type { NewRecord, Position } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { ObjectLayout } from "../../src/index.ts";
import { MemoryBucket } from "../memory-bucket.ts";
import { HEAD, node, record, type LogNode } from "./log-node.ts";

const limits = { records: 8, bytes: 1e6 };
const { logSnapshots } = new ObjectLayout();
const WHOLE: NewRecord = { ...record(""), scope: { kind: "tenant" } };

async function add({ log }: LogNode, ...records: readonly NewRecord[]): Promise<Position> {
  const head = await log.append(records);
  // What it leads to goes on behind it.
  await settle(20);
  if (head === undefined) throw new Error("nothing was appended");
  return head.position;
}

/** Names of the objects that hold a text. */
function objectsWith({ objects }: MemoryBucket, text: string): readonly string[] {
  return [...objects]
    .filter(([name, { data }]) => name.includes(text) || Buffer.from(data).includes(text))
    .map(([name]) => (name === HEAD ? "head" : "snapshot"));
}

/** A log of several snapshots, of which some and the head tell of the tenant. */
async function filled(bucket: MemoryBucket): Promise<readonly [LogNode, Position]> {
  const one = node(bucket, { limits });
  for (let i = 0; i < 40; i++) await add(one, record(`own-${i}`), record(`lives-${i}`, "t:1"));
  return [one, await add(one, WHOLE)];
}

/** Twelve tenants of which a snapshot tells, and where each of them ends. */
async function crowd(one: LogNode): Promise<readonly (readonly [string, Position])[]> {
  const ids = Array.from({ length: 12 }, (_, i) => `t${i}`);
  for (const id of ids) await add(one, record(`own-${id}`, id));
  const ended: (readonly [string, Position])[] = [];
  for (const id of ids) ended.push([id, await add(one, { ...WHOLE, tenantId: id })]);
  return ended;
}

describe("a tenant that the log in a bucket forgot", () => {
  test("is named in no object but by the record that covers the rest; of others all is there", async () => {
    const bucket = new MemoryBucket();
    const [one, position] = await filled(bucket);
    expect(objectsWith(bucket, "own-").length).toBeGreaterThan(2);
    await one.log.forgetTenant("t", position);
    expect(objectsWith(bucket, "own-")).toEqual([]);
    expect(objectsWith(bucket, '"t"').toSorted()).toEqual(["head", "snapshot"]);
    const { head, records } = await one.log.snapshot();
    expect(head.position).toBe(position);
    expect(records.filter(({ tenantId }) => tenantId === "t:1").length).toBe(40);
    expect(records.filter(({ tenantId }) => tenantId === "t")).toMatchObject([WHOLE]);
    await add(one, record("anew"));
    await one.log.forgetTenant("t", position);
    expect((await one.log.read(head)).type).toBe("records");
    expect(await node(bucket, { limits }).log.snapshot()).toEqual(await one.log.snapshot());
  });

  test("keeps everything where nothing covers it", async () => {
    const bucket = new MemoryBucket();
    const one = node(bucket, { limits });
    const position = await add(one, record("own"), { ...WHOLE, mode: "soft" });
    const before = [...bucket.objects].map(([name, { info }]) => `${name} ${info.etag}`);
    await one.log.forgetTenant("t", position);
    expect([...bucket.objects].map(([name, { info }]) => `${name} ${info.etag}`)).toEqual(before);
  });

  test("is not told of by the head either where a snapshot has made of its old records new ones", async () => {
    const bucket = new MemoryBucket();
    const one = node(bucket, { limits });
    for (let i = 0; i < 6; i++) await add(one, record(`${i}`, "u"));
    await add(one, { ...record("again"), reason: "own-1" }, WHOLE, record("again"));
    expect(JSON.stringify((await one.log.snapshot()).records)).not.toContain("own-1");
    expect(objectsWith(bucket, "own-1")).toEqual(["head"]);
    await one.log.forgetTenant("t", 8 as Position);
    expect(objectsWith(bucket, "own-1")).toEqual([]);
  });

  test("where another node replaces the snapshot meanwhile, its own is made anew from that one", async () => {
    const bucket = new MemoryBucket();
    const [one, position] = await filled(bucket);
    const other = node(bucket, { limits });
    let isFirst = true;
    one.client.around = async ({ op, name }, send) => {
      const overtaken = op === "write" && name.startsWith(logSnapshots) && isFirst;
      if (overtaken) {
        isFirst = false;
        for (let i = 0; i < 20; i++) await add(other, record(`later-${i}`, "t:1"));
      }
      return send();
    };
    await one.log.forgetTenant("t", position);
    expect(isFirst).toBe(false);
    expect(objectsWith(bucket, "own-")).toEqual([]);
    const { records } = await other.log.snapshot();
    expect(records.filter(({ tenantId }) => tenantId === "t:1").length).toBe(60);
  });

  test("is forgotten by the next call where a node was stopped before the head", async () => {
    const bucket = new MemoryBucket();
    const [one, position] = await filled(bucket);
    one.client.around = ({ op, name }, send) => {
      if (op === "write" && name === HEAD) throw new TypeError("killed");
      return send();
    };
    await expect(one.log.forgetTenant("t", position)).rejects.toThrow("killed");
    expect(objectsWith(bucket, "own-")).toContain("head");
    await node(bucket, { limits }).log.forgetTenant("t", position);
    expect(objectsWith(bucket, "own-")).toEqual([]);
  });

  test("whoever reads a snapshot that is removed meanwhile reads the one after it", async () => {
    const bucket = new MemoryBucket();
    const [one, position] = await filled(bucket);
    const reader = node(bucket, { limits });
    let isFirst = true;
    reader.client.around = async ({ op, name }, send) => {
      if (op === "read" && name.startsWith(logSnapshots) && isFirst) {
        isFirst = false;
        await one.log.forgetTenant("t", position);
      }
      return send();
    };
    const { records } = await reader.log.snapshot();
    expect(isFirst).toBe(false);
    expect(records.filter(({ tenantId }) => tenantId === "t")).toMatchObject([WHOLE]);
  });
});

describe("tenants that the log in a bucket is to forget at once", () => {
  test("are forgotten one after the other, however many they are", async () => {
    const bucket = new MemoryBucket();
    const one = node(bucket, { limits });
    const tenants = await crowd(one);
    await Promise.all(tenants.map(([id, position]) => one.log.forgetTenant(id, position)));
    expect(objectsWith(bucket, "own-")).toEqual([]);
    expect((await one.log.snapshot()).records.length).toBe(tenants.length);
  });

  test("are forgotten by two nodes, too", async () => {
    const bucket = new MemoryBucket();
    const one = node(bucket, { limits });
    const tenants = await crowd(one);
    const other = node(bucket, { limits });
    await Promise.all(
      tenants.map(([id, position], i) =>
        (i % 2 === 0 ? one : other).log.forgetTenant(id, position),
      ),
    );
    expect(objectsWith(bucket, "own-")).toEqual([]);
    expect([one, other].flatMap(({ context }) => context.logger.lines)).toEqual([]);
  });

  test("wait for none that failed, and whoever gives up waiting is not waited for", async () => {
    const bucket = new MemoryBucket();
    const one = node(bucket, { limits });
    const [first, second, third] = await crowd(one);
    if (first === undefined || second === undefined || third === undefined) throw new Error("few");
    const held = Promise.withResolvers<void>();
    one.client.around = async ({ op, name }, send) => {
      if (op !== "write" || !name.startsWith(logSnapshots)) return send();
      one.client.around = (_request, next) => next();
      await held.promise;
      throw new TypeError("refused");
    };
    const giving = new AbortController();
    const fails = one.log.forgetTenant(...first);
    const leaves = one.log.forgetTenant(...second, giving);
    const stays = one.log.forgetTenant(...third);
    await settle(20);
    giving.abort(new Error("enough"));
    await expect(leaves).rejects.toThrow("enough");
    held.resolve();
    await expect(fails).rejects.toThrow("refused");
    await stays;
    expect(objectsWith(bucket, `own-${third[0]}"`)).toEqual([]);
    expect(objectsWith(bucket, `own-${second[0]}"`)).not.toEqual([]);
  });
});

describe("a fold whose base is gone", () => {
  /** Warnings of a node whose fold reads its base only after `meanwhile`. */
  async function warned(bucket: MemoryBucket, meanwhile: () => Promise<void>): Promise<unknown> {
    const slow = node(bucket, { limits });
    slow.client.around = async ({ op, name }, send) => {
      if (op === "read" && name.startsWith(logSnapshots)) {
        slow.client.around = (_request, next) => next();
        await meanwhile();
      }
      return send();
    };
    for (let i = 0; i < limits.records; i++) await add(slow, record(`more-${i}`, "t:1"));
    await settle(500);
    return slow.context.logger.lines.map(({ message }) => message);
  }

  test("since a tenant was forgotten is no damage", async () => {
    const bucket = new MemoryBucket();
    const [one, position] = await filled(bucket);
    let isOver = false;
    const messages = await warned(bucket, async () => {
      await one.log.forgetTenant("t", position);
      isOver = true;
    });
    expect([isOver, messages]).toEqual([true, []]);
  });

  test("although the head names it is damage", async () => {
    const bucket = new MemoryBucket();
    await filled(bucket);
    const messages = await warned(bucket, async () => {
      for (const name of bucket.objects.keys())
        if (name.startsWith(logSnapshots)) bucket.objects.delete(name);
    });
    expect(messages).toContain('Tier "cold": the log could not be folded');
  });
});
