import { describe, expect, test } from "@jest/globals";
import { START, type NewRecord } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { ObjectLayout, ObjectLog } from "../../src/index.ts";
import { MemoryBucket, MemoryClient } from "../memory-bucket.ts";
import { hurryingContext } from "../surroundings.ts";

const layout = new ObjectLayout();
const limits = { records: 8, bytes: 1e6 };
const HOUR = 3_600_000;

function open(bucket: MemoryBucket) {
  const client = new MemoryClient(bucket);
  return { client, log: new ObjectLog(client, layout, hurryingContext(), { limits }) };
}

function record(value: string): NewRecord {
  return { tenantId: "t", scope: { kind: "key", value }, mode: "hard", at: 1, node: "n" };
}

function snapshots(bucket: MemoryBucket): readonly string[] {
  return [...bucket.objects.keys()]
    .filter((name) => name.startsWith(layout.logSnapshots))
    .toSorted();
}

function headOf(bucket: MemoryBucket): { snapshot: { name: string } | null; records: unknown[] } {
  return JSON.parse(new TextDecoder().decode(bucket.objects.get(layout.logHead)?.data));
}

async function appendMany({ log }: { log: ObjectLog }, from: number, count: number): Promise<void> {
  for (let i = from; i < from + count; i++) {
    await log.append([record(`k${i}`)]);
    // Folding goes on behind the append.
    await settle(20);
  }
}

describe("folding", () => {
  test("keeps the head small, the newest records in it, and everything in the snapshot", async () => {
    const bucket = new MemoryBucket();
    const one = open(bucket);
    await appendMany(one, 0, 40);
    expect(headOf(bucket).records.length).toBeLessThanOrEqual(limits.records);
    const { head, records } = await one.log.snapshot();
    expect(records.map(({ position }) => position)).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    const lagging = await one.log.read({ ...head, position: START });
    expect(lagging.type).toBe("reset");
    const near = { ...head, position: records[36]?.position ?? START };
    expect(await one.log.read(near)).toMatchObject({ type: "records", records: records.slice(37) });
  });

  test("a reader never meets a head whose snapshot is not there", async () => {
    const bucket = new MemoryBucket();
    const one = open(bucket);
    const named: (string | undefined)[] = [];
    const there: boolean[] = [];
    one.client.around = async ({ op, name }, send) => {
      // Objects take their time; the head must wait for the one that it names.
      if (op === "write" && name !== layout.logHead) await settle(10);
      const answer = send();
      if (op !== "write" || name !== layout.logHead) return answer;
      named.push(headOf(bucket).snapshot?.name);
      there.push(bucket.objects.has(headOf(bucket).snapshot?.name ?? layout.logHead));
      return answer;
    };
    await appendMany(one, 0, 30);
    expect(new Set(named).size).toBeGreaterThan(3);
    expect(there).not.toContain(false);
  });

  test("what is appended while a snapshot is being written stays in the head", async () => {
    const bucket = new MemoryBucket();
    const one = open(bucket);
    const written = Promise.withResolvers<void>();
    one.client.around = async ({ op, name }, send) => {
      if (op === "write" && name !== layout.logHead) await written.promise;
      return send();
    };
    await appendMany(one, 0, 25);
    expect(headOf(bucket).snapshot).toBeNull();
    written.resolve();
    await settle(50);
    expect(headOf(bucket).snapshot).not.toBeNull();
    expect((await open(bucket).log.snapshot()).records).toHaveLength(25);
  });

  test("an append waits for the snapshot where the head holds four times too much", async () => {
    const bucket = new MemoryBucket();
    const one = open(bucket);
    const written = Promise.withResolvers<void>();
    one.client.around = async ({ op, name }, send) => {
      if (op === "write" && name !== layout.logHead) await written.promise;
      return send();
    };
    await appendMany(one, 0, 33);
    let done = false;
    const waits = one.log.append([record("waits")]).finally(() => (done = true));
    await settle(50);
    expect([done, headOf(bucket).records.length]).toEqual([false, 33]);
    written.resolve();
    expect(await waits).toMatchObject({ position: 34 });
    await settle(50);
    expect(headOf(bucket).records.length).toBeLessThanOrEqual(limits.records);
  });

  test("a folder that dies between snapshot and head costs an object, and the next one folds", async () => {
    const bucket = new MemoryBucket();
    const dying = open(bucket);
    dying.client.around = ({ op, name }, send) => {
      if (op === "write" && name === layout.logHead && snapshots(bucket).length > 0)
        throw new Error("killed");
      return send();
    };
    await appendMany(dying, 0, 8);
    await dying.log.append([record("last")]);
    await settle(20);
    expect(snapshots(bucket)).toHaveLength(1);
    expect(headOf(bucket).snapshot).toBeNull();
    const next = open(bucket);
    await appendMany(next, 10, 20);
    expect((await next.log.snapshot()).records).toHaveLength(29);
    expect(headOf(bucket).snapshot).not.toBeNull();
  });

  test("a folder that was overtaken while it slept never puts its snapshot into the head", async () => {
    const bucket = new MemoryBucket();
    const [slow, quick] = [open(bucket), open(bucket)];
    await appendMany(slow, 0, 8);
    const woken = Promise.withResolvers<void>();
    slow.client.around = async ({ op, name }, send) => {
      const answer = send();
      if (op === "write" && name.startsWith(layout.logSnapshots)) await woken.promise;
      return answer;
    };
    await slow.log.append([record("over")]);
    await settle(20);
    const [asleep] = snapshots(bucket);
    await appendMany(quick, 20, 30);
    const stood = headOf(bucket).snapshot?.name;
    woken.resolve();
    await settle(50);
    await slow.log.append([record("later")]);
    expect(headOf(bucket).snapshot?.name).not.toBe(asleep);
    expect(stood).not.toBe(asleep);
    expect((await slow.log.snapshot()).records).toHaveLength(40);
  });

  test("a snapshot that vanished between head and read: the head is read again", async () => {
    const bucket = new MemoryBucket();
    const [reader, writer] = [open(bucket), open(bucket)];
    await appendMany(writer, 0, 20);
    reader.client.around = async ({ op, name }, send) => {
      if (op !== "read" || !name.startsWith(layout.logSnapshots)) return send();
      reader.client.around = (_request, next) => next();
      await appendMany(writer, 20, 20);
      bucket.objects.delete(name);
      return send();
    };
    expect((await reader.log.snapshot()).records).toHaveLength(40);
  });

  test("a snapshot that is gone for good is an error that names it", async () => {
    const bucket = new MemoryBucket();
    const one = open(bucket);
    await appendMany(one, 0, 20);
    for (const name of snapshots(bucket)) bucket.objects.delete(name);
    await expect(one.log.snapshot()).rejects.toMatchObject({
      code: "tier_unavailable",
      message: expect.stringContaining(layout.logSnapshots),
    });
  });

  test("old snapshots and orphans go an hour after they were replaced, by the server's clock alone", async () => {
    const bucket = new MemoryBucket();
    const one = open(bucket);
    const orphan = `${layout.logSnapshots}gone-log/0000000003-orphan.json`;
    bucket.set(orphan, new Uint8Array(2), {
      headers: { contentType: "application/json", metadata: {} },
    });
    await appendMany(one, 0, 10);
    const first = headOf(bucket).snapshot?.name;
    bucket.serverNow += HOUR - 1000;
    await appendMany(one, 10, 10);
    const second = headOf(bucket).snapshot?.name;
    expect(second).not.toBe(first);
    expect(snapshots(bucket)).toEqual(expect.arrayContaining([first, orphan]));
    bucket.serverNow += 2000;
    await appendMany(one, 20, 10);
    expect(snapshots(bucket)).toContain(first);
    expect(snapshots(bucket)).not.toContain(orphan);
    bucket.serverNow += HOUR;
    await appendMany(one, 30, 10);
    expect(snapshots(bucket)).not.toContain(first);
    expect(snapshots(bucket)).toContain(headOf(bucket).snapshot?.name);
    expect((await open(bucket).log.snapshot()).records).toHaveLength(40);
  });
});
