import { describe, expect, test } from "@jest/globals";
import type { LogRecord, LogSnapshot, NewRecord } from "@cogniverse/sdk";
import { openEnvironment } from "../../src/environment.ts";
import { LogStore } from "../../src/log/log-store.ts";
import { readSnapshot } from "../../src/log/snapshot-slices.ts";
import { Workbench } from "../open-tier.ts";

const MANY = 100_000;
const TAIL = 500;

function changed(key: number, digest: string): NewRecord {
  const scope = { kind: "key", value: `k${key}` } as const;
  return { tenantId: "acme", scope, mode: "hard", digest, at: 1, node: "n" };
}

/** Records that one snapshot needs and the other has not. */
function missing(needed: LogSnapshot, found: LogSnapshot): readonly LogRecord[] {
  const positions = new Set(found.records.map(({ position }) => position));
  return needed.records.filter(({ position }) => !positions.has(position));
}

function expectOrdered({ head, records }: LogSnapshot): void {
  const positions = records.map(({ position }) => position);
  expect(positions.every((position, n) => position > (positions[n - 1] ?? 0))).toBe(true);
  expect(positions.at(-1)).toBe(head.position);
}

test("a snapshot of 100,000 scopes lets others append all the time, and misses nothing of it", async () => {
  await using bench = new Workbench();
  const base_path = await bench.directory();
  const [writer, fresh] = [await bench.open({ base_path }), await bench.open({ base_path })];
  const key = (n: number): NewRecord => changed(n, "first");
  for (let n = 0; n < MANY; n += 50_000)
    await writer.log.append(Array.from({ length: 50_000 }, (_, i) => key(n + i)));
  const read = new AbortController();
  const appending = (async () => {
    let rounds = 0;
    for (; !read.signal.aborted; rounds++)
      await writer.log.append(
        Array.from({ length: 10 }, (_, n) => changed((rounds * 7919 + n) % MANY, `${rounds}`)),
      );
    return rounds;
  })();
  const snapshot = await fresh.log.snapshot();
  read.abort();
  // Many a time, each in a turn of the event loop in which the reader did nothing.
  expect(await appending).toBeGreaterThan(10);
  expect(snapshot.head.position).toBeGreaterThan(MANY);
  expectOrdered(snapshot);
  const delta = await fresh.log.read(snapshot.head);
  if (delta.type === "reset") throw new Error("the snapshot was too old to read on from");
  const records = [...snapshot.records, ...delta.records];
  const whole = await fresh.log.snapshot();
  expect(whole.head).toEqual(delta.head);
  expect(missing(whole, { head: delta.head, records })).toEqual([]);
}, 60_000);

describe("appends between two slices", () => {
  async function interrupted(append: (store: LogStore, slice: number) => void) {
    await using bench = new Workbench();
    const environment = await openEnvironment(await bench.directory(), 1 << 24);
    const store = new LogStore(environment, () => "log", TAIL);
    const add = (records: readonly NewRecord[]): unknown =>
      environment.transact(() => store.append(records, undefined), "before");
    for (const digest of ["a", "b"])
      add(Array.from({ length: 2000 }, (_, key) => changed(key, digest)));
    let slices = 0;
    const look = <T>(read: () => T): T => {
      if (slices++ > 0) environment.transact(() => append(store, slices), "before");
      environment.refresh();
      return read();
    };
    const snapshot = await readSnapshot(store, look, undefined);
    const whole = await readSnapshot(store, (read) => read(), undefined);
    await environment.release();
    return { snapshot, whole, slices };
  }

  test("are in the snapshot, with what they replaced", async () => {
    const { snapshot, whole, slices } = await interrupted((store, slice) => {
      const keys = Array.from({ length: 100 }, (_, n) => (n * 37 + slice) % 2000);
      store.append(
        keys.map((key) => changed(key, `slice-${slice}`)),
        undefined,
      );
    });
    expect(slices).toBe(4);
    expect(snapshot.head).toEqual(whole.head);
    expect(missing(whole, snapshot)).toEqual([]);
    expectOrdered(snapshot);
  });

  test("have it read anew where they are more than the tail holds", async () => {
    const { snapshot, whole, slices } = await interrupted((store, slice) => {
      if (slice > 2) return;
      const records = Array.from({ length: TAIL + 100 }, (_, key) => changed(key, "new"));
      store.append(records, undefined);
    });
    expect(slices).toBe(2 + 4);
    expect(missing(whole, snapshot)).toEqual([]);
  });
});

test("a snapshot ends where the caller gives up", async () => {
  await using bench = new Workbench();
  const { log } = await bench.open();
  await log.append(Array.from({ length: 2000 }, (_, key) => changed(key, "a")));
  const end = new AbortController();
  const reading = log.snapshot({ signal: end.signal });
  end.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
});
