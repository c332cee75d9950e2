import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { Call, InvalidationLog, LogHead, NewRecord, Position } from "@cogniverse/sdk";
import { openEnvironment } from "../../src/environment.ts";
import { forgetTenant } from "../../src/log/forget-tenant.ts";
import { LogStore } from "../../src/log/log-store.ts";
import { readSnapshot } from "../../src/log/snapshot-slices.ts";
import { WriteQueue } from "../../src/write-queue.ts";
import { Workbench } from "../open-tier.ts";

const TENANT = "globex-4711";
const TEXT = "a-text-of-its-own";
const MANY = 5000;

function changed(key: number, tenantId = TENANT): NewRecord {
  const scope = { kind: "key", value: `${TEXT}/${key}` } as const;
  return { tenantId, scope, mode: "hard", digest: "first", at: 1, node: "n" };
}

const WHOLE: NewRecord = {
  tenantId: TENANT,
  scope: { kind: "tenant" },
  mode: "hard",
  at: 1,
  node: "n",
};

async function append(log: InvalidationLog, ...records: NewRecord[]): Promise<LogHead> {
  const head = await log.append(records);
  if (head === undefined) throw new Error("nothing was appended");
  return head;
}

/** How many rows of the log's tables hold a text, in key or value. */
async function rowsWith(base_path: string, text: string): Promise<Record<string, number>> {
  const environment = await openEnvironment(join(base_path, "log"), 1 << 20);
  environment.refresh();
  const counted = ["records", "scopes", "meta", "members"].map((name) => {
    const rows = [...environment.table(name).getRange({})];
    const own = rows.filter((row) =>
      [row.key, row.value].some((bytes) => Buffer.from(bytes).includes(text)),
    );
    return [name, own.length] as const;
  });
  await environment.release();
  return Object.fromEntries(counted.filter(([, rows]) => rows > 0));
}

async function forget(log: InvalidationLog, before: Position, call?: Call): Promise<void> {
  if (log.forgetTenant === undefined) throw new Error("this log forgets nothing");
  await log.forgetTenant(TENANT, before, call);
}

async function filled(bench: Workbench) {
  const base_path = await bench.directory();
  const { log } = await bench.open({ base_path });
  await append(log, ...Array.from({ length: MANY }, (_, n) => changed(n)));
  const { position } = await append(log, WHOLE);
  return { base_path, log, position };
}

describe("a tenant that a log on disk forgot", () => {
  test("is named by no row but that of the record which covers the rest", async () => {
    await using bench = new Workbench();
    const { base_path, log, position } = await filled(bench);
    expect(await rowsWith(base_path, TEXT)).toEqual({ records: MANY, scopes: MANY });
    await forget(log, position);
    expect(await rowsWith(base_path, TEXT)).toEqual({});
    expect(await rowsWith(base_path, TENANT)).toEqual({ records: 1, scopes: 1 });
    expect(await log.head()).toMatchObject({ position });
  });

  test("keeps everything where nothing covers it", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const { log } = await bench.open({ base_path });
    const { position } = await append(log, changed(1), { ...WHOLE, mode: "soft" });
    await forget(log, position);
    expect(await rowsWith(base_path, TEXT)).toEqual({ records: 1, scopes: 1 });
  });

  test("is half forgotten where that was cut short; another process goes on", async () => {
    await using bench = new Workbench();
    const { base_path, log, position } = await filled(bench);
    const other = await bench.open({ base_path });
    const end = new AbortController();
    const forgetting = forget(log, position, { signal: end.signal });
    setImmediate(() => end.abort(new Error("killed")));
    await expect(forgetting).rejects.toThrow("killed");
    expect(await rowsWith(base_path, TEXT)).not.toEqual({});
    const delta = await other.log.read({
      logId: (await log.head()).logId,
      position: 0 as Position,
    });
    expect(delta.type).toBe("reset");
    await forget(other.log, position);
    expect(await rowsWith(base_path, TEXT)).toEqual({});
  });
});

test("a snapshot that is read meanwhile says what covers the rest, and all of others", async () => {
  await using bench = new Workbench();
  const environment = await openEnvironment(await bench.directory(), 1 << 24);
  const store = new LogStore(environment, () => "log");
  const add = (...records: NewRecord[]): unknown =>
    environment.transact(() => store.append(records, undefined), "before");
  add(...Array.from({ length: 2000 }, (_, n) => changed(n, n % 2 === 0 ? TENANT : "other")));
  let forgetting: Promise<void> | undefined;
  const look = <T>(read: () => T): T => {
    environment.refresh();
    return read();
  };
  let slices = 0;
  const snapshot = await readSnapshot(
    store,
    (read) => {
      if (slices++ === 1) {
        add(WHOLE);
        const before = store.head().position;
        const writes = new WriteQueue(environment, "before");
        forgetting = forgetTenant(store, writes, {
          tenantId: TENANT,
          before,
          signal: undefined,
          look,
        });
      }
      return look(read);
    },
    undefined,
  );
  await forgetting;
  expect(slices).toBeGreaterThan(2);
  expect(snapshot.head.position).toBe(2001);
  expect(snapshot.records.at(-1)).toMatchObject(WHOLE);
  expect(snapshot.records.filter(({ tenantId }) => tenantId === "other").length).toBe(1000);
  await environment.release();
});
