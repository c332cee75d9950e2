import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import {
  isUnreadable,
  type InvalidationLog,
  type LogHead,
  type LogRecord,
  type StoredEntry,
} from "@cogniverse/sdk";
import type { LocalBackend } from "../../src/index.ts";
import { Workbench } from "../open-tier.ts";
import { startWorker } from "./child-process.ts";

jest.setTimeout(30_000);

/** Throws unless the value is one that some writer wrote, whole. */
function checkWhole({ data, metadata }: StoredEntry): void {
  const fill = Number(metadata.user["fill"]);
  const bytes = Number(metadata.user["bytes"]);
  expect(data.byteLength).toBe(bytes);
  expect(Buffer.alloc(bytes, fill).equals(data)).toBe(true);
}

async function read(tier: LocalBackend, key: string): Promise<StoredEntry | undefined> {
  const found = await tier.entries.getEntry(key, "acme");
  if (found === undefined) return undefined;
  if (isUnreadable(found)) throw new Error(`${key} is ${found.unreadable}`);
  return found;
}

/** Every entry whole, and every figure the sum of what is there. */
async function audit(tier: LocalBackend, base_path: string): Promise<number> {
  let [entries, bytes, large] = [0, 0, 0];
  for await (const { key } of tier.scan.scan("", undefined, "acme")) {
    const found = await read(tier, key);
    if (found === undefined) throw new Error(`${key} is gone`);
    checkWhole(found);
    entries++;
    bytes += found.data.byteLength;
    if (found.data.byteLength > 8192) large++;
  }
  const stats = await tier.getStats("acme");
  expect(stats.entries).toBe(entries);
  expect(stats.bytes).toBeGreaterThanOrEqual(bytes);
  expect(stats.bytes).toBeLessThan(bytes + 1024 * entries + 1);
  expect(stats.details?.["reservedBytes"]).toBe(0);
  const names = await readdir(base_path, { recursive: true });
  const files = names.filter((name) => /[0-9a-f]{32}$/.test(name));
  expect(files.filter((name) => name.startsWith("tmp"))).toEqual([]);
  expect(files).toHaveLength(large);
  expect(stats.details?.["fileBytes"] ?? 0).toBeGreaterThanOrEqual(large * 4096);
  return entries;
}

/** All records of a log that began empty; every position from 1 on is there once. */
function recordsAfter(log: InvalidationLog, start: LogHead): readonly LogRecord[] {
  const delta = log.readNow?.(start);
  if (delta?.type !== "records") throw new Error("reset");
  expect(delta.records.map(({ position }) => position)).toEqual(
    Array.from({ length: delta.head.position }, (_, n) => n + 1),
  );
  return delta.records;
}

describe("several processes on one directory", () => {
  test("a reader sees one whole value or another while two overwrite it", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const tier = await bench.open({ base_path, max_size_gb: 0.02 });
    await using first = await startWorker("overwrite", base_path, 1);
    await using second = await startWorker("overwrite", base_path, 2);
    await Promise.all([first.reports(2), second.reports(2)]);
    const seen = new Set<string>();
    // On a busy machine a thousand reads may pass between two writes of the others.
    for (let n = 0; n < 1000 || seen.size <= 10; n++) {
      const found = await read(tier, "one");
      if (found === undefined) throw new Error("an overwritten entry was gone for a moment");
      checkWhole(found);
      seen.add(found.etag);
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  test("killed in the middle of writes, they leave no torn value and no lost space", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    for (let round = 0; round < 3; round++) {
      await using first = await startWorker("write", base_path, 1);
      await using second = await startWorker("write", base_path, 2);
      await Promise.all([first.reports(4 + round), second.reports(3)]);
      await Promise.all([first.kill(), second.kill()]);
    }
    const tier = await bench.open({ base_path, max_size_gb: 0.02 });
    await tier.cleanup();
    expect(await audit(tier, base_path)).toBeGreaterThan(10);
    expect(await tier.put("after", new Uint8Array(100_000), "acme")).toBe(true);
  });

  test("what a killed process reserved and left is reclaimed while another one runs", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const tier = await bench.open({ base_path, max_size_gb: 0.02 });
    await using worker = await startWorker("write", base_path, 1);
    await worker.reports(5);
    await worker.kill();
    await tier.cleanup();
    await audit(tier, base_path);
    expect(await readdir(join(base_path, "tmp"))).toEqual([]);
  });
});

describe("the log of several processes", () => {
  test("gives each position once, keeps what was acknowledged before a kill, and goes on", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const { log } = await bench.open({ base_path });
    const start = await log.head();
    const acknowledged: { value: string; position: number }[] = [];
    for (let round = 0; round < 3; round++) {
      await using first = await startWorker("append", base_path, 10 + round);
      await using second = await startWorker("append", base_path, 20 + round);
      await Promise.all([first.reports(30), second.reports(30)]);
      for (const reports of await Promise.all([first.kill(), second.kill()]))
        // Workers of this role report nothing else after "ready".
        acknowledged.push(...(reports.slice(1) as typeof acknowledged));
    }
    const records = recordsAfter(log, start);
    for (const { value, position } of acknowledged)
      expect(records[position - 1]?.scope).toEqual({ kind: "key", value });
    const next = await log.append([
      { tenantId: "acme", scope: { kind: "tenant" }, mode: "hard", at: 0, node: "n" },
    ]);
    // A record whose writer was killed between its commit and telling LMDB's readers of it, thus not acknowledged either,
    // shows with the next append: at most the last one, and below what is appended.
    const whole = recordsAfter(log, start);
    expect(whole.slice(0, records.length)).toEqual(records);
    expect(whole.at(-1)).toMatchObject({ position: next?.position, scope: { kind: "tenant" } });
    expect(whole.length - records.length).toBeLessThanOrEqual(2);
  });
});
