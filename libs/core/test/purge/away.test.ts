import { describe, expect, test } from "@jest/globals";
import type { CacheBackend } from "@cogniverse/sdk";
import { entryBackend, faultBackend, type FaultBackend } from "@cogniverse/testkit";
import { Deployment, type Node } from "../races/support/deployment.ts";

const NOTE_TENANT = "__purge";

/** Nodes of which one has a disk that outlives it. */
interface World extends AsyncDisposable {
  readonly deployment: Deployment;
  readonly disk: FaultBackend;
  /** Begins on that disk. */
  readonly start: () => Node;
  readonly keys: (tenantId?: string) => Promise<readonly string[]>;
}

function world(): World {
  const deployment = new Deployment({ settled: async () => 0 });
  const { clock, warm } = deployment;
  const traits = { locality: "machine", durable: true } as const;
  const disk = faultBackend(keptOpen(entryBackend({ clock, traits })));
  const tiers = [
    { name: "disk", backend: disk, breakerFailures: 1000 },
    { name: "warm", backend: keptOpen(warm) },
  ];
  return {
    deployment,
    disk,
    start: () => deployment.node({ tiers }),
    keys: (tenantId = "acme") => disk.listKeys("", tenantId),
    [Symbol.asyncDispose]: () => deployment[Symbol.asyncDispose](),
  };
}

/** A backend that outlives its manager. */
function keptOpen(backend: CacheBackend): CacheBackend {
  return { ...bound(backend), [Symbol.asyncDispose]: async () => undefined };
}

function bound(backend: CacheBackend): CacheBackend {
  const { traits, entries, scan } = backend;
  const calls = {
    exists: backend.exists.bind(backend),
    get: backend.get.bind(backend),
    put: backend.put.bind(backend),
    delete: backend.delete.bind(backend),
    listKeys: backend.listKeys.bind(backend),
    getStats: backend.getStats.bind(backend),
  };
  return {
    ...calls,
    ...(traits === undefined ? {} : { traits }),
    ...(entries === undefined ? {} : { entries }),
    ...(scan === undefined ? {} : { scan }),
  };
}

/** Stores, and leaves; then the tenant is purged by somebody else. */
async function leave({ start, deployment }: World): Promise<void> {
  const gone = start();
  for (const key of ["a/1", "a/2"]) await gone.cache.put(key, 1, "acme");
  await gone.cache.put("a/1", 1, "lives");
  await gone.cache.close();
  await deployment.node().cache.purge("acme");
}

async function scansOf({ disk, start }: World): Promise<number> {
  const before = disk.faults.count("scan");
  const { cache } = start();
  await cache.get("a/1", "lives");
  await cache.flush();
  await cache.close();
  return disk.faults.count("scan") - before;
}

describe("a node that was away hears of a purge when it is back", () => {
  test("and removes from its own disk what died by it, not what was stored since", async () => {
    await using w = world();
    await leave(w);
    expect(await w.keys()).toEqual(["a/1", "a/2"]);
    const back = w.start();
    expect(await back.cache.get("a/1", "acme")).toBeUndefined();
    await back.cache.flush();
    expect(await w.keys()).toEqual([]);
    expect(await w.keys("lives")).toEqual(["a/1"]);
    await back.cache.put("a/3", 3, "acme");
    await back.cache.close();
    const again = w.start();
    expect(await again.cache.get("a/3", "acme")).toBe(3);
    await again.cache.flush();
    expect(await w.keys()).toEqual(["a/3"]);
  });

  test("in a log so long that the first load takes several turns, too: it judges no copy before it has all", async () => {
    await using w = world();
    await leave(w);
    const { log } = w.deployment.shared;
    const later = Array.from({ length: 5000 }, (_, i) => ({
      tenantId: "lives",
      scope: { kind: "key", value: `k/${i}` } as const,
      mode: "hard" as const,
      at: 0,
      node: "n",
    }));
    await log.append(later);
    const other = w.start();
    await other.cache.put("a/3", 3, "acme");
    await other.cache.close();
    // As where the note was evicted: the next one does all of it once more.
    await w.disk.delete("done", NOTE_TENANT);
    const back = w.start();
    expect(await back.cache.get("a/3", "acme")).toBe(3);
    await back.cache.flush();
    // The shared tier would bring it back.
    const deletions = w.disk.faults.calls.filter(({ op }) => op.startsWith("delete"));
    expect(deletions.filter(({ key }) => key === "a/3")).toEqual([]);
  });

  test("where the disk does not tell all, nothing that lives is removed; the next start goes on", async () => {
    await using w = world();
    await leave(w);
    const down = w.disk.faults.fail("scan", { tenantId: "acme", times: Infinity });
    const back = w.start();
    await back.cache.put("a/3", 3, "acme");
    await back.cache.flush();
    expect(await w.keys()).toEqual(["a/1", "a/2", "a/3"]);
    expect(back.logger.lines.map(({ message }) => message)).toContain(
      "what a purged tenant left here could not be removed; a sweep will",
    );
    await back.cache.close();
    down[Symbol.dispose]();
    const again = w.start();
    expect(await again.cache.get("a/3", "acme")).toBe(3);
    await again.cache.flush();
    expect(await w.keys()).toEqual(["a/3"]);
  });

  test("where a copy cannot be deleted, it is with the next purge that is heard of", async () => {
    await using w = world();
    await leave(w);
    const down = w.disk.faults.fail("deleteEntry", { key: "a/2", times: Infinity });
    const back = w.start();
    await back.cache.get("a/1", "lives");
    await back.cache.flush();
    expect(await w.keys()).toEqual(["a/2"]);
    down[Symbol.dispose]();
    await w.deployment.node().cache.purge("other");
    await back.cache.get("a/1", "lives");
    await w.deployment.pass(200);
    await back.cache.flush();
    expect(await w.keys()).toEqual([]);
  });

  test("also one that it hears of while it notes that the last is done", async () => {
    await using w = world();
    await leave(w);
    const noting = w.disk.faults.pause("putEntry", { tenantId: NOTE_TENANT });
    const back = w.start();
    await back.cache.put("b/1", 1, "other");
    await noting.reached;
    await w.deployment.node().cache.purge("other");
    await back.cache.get("a/1", "lives");
    await w.deployment.pass(200);
    expect(await w.keys("other")).toEqual(["b/1"]);
    noting.release();
    await back.cache.flush();
    expect(await w.keys("other")).toEqual([]);
  });

  test("while a purge of its own is under way it notes nothing, so that a kill loses none", async () => {
    await using w = world();
    const first = w.start();
    await first.cache.put("a/1", 1, "acme");
    const listing = w.disk.faults.pause("listKeys", { tenantId: "acme" });
    const purging = first.cache.purge("acme");
    purging.catch(() => undefined); // awaited below
    await listing.reached;
    await w.deployment.node().cache.purge("other");
    await first.cache.get("a/1", "lives");
    await w.deployment.pass(200);
    await first.cache.flush();
    const killed = w.start(); // as after a kill -9 of the first
    await killed.cache.get("a/1", "lives");
    await killed.cache.flush();
    expect(await w.keys()).toEqual([]);
    await w.disk.delete("done", NOTE_TENANT);
    listing.release();
    const { position } = await purging;
    await first.cache.flush();
    const note = await w.disk.get("done", NOTE_TENANT);
    expect(JSON.parse(Buffer.from(note ?? []).toString()).position).toBeGreaterThan(position);
  });

  test("does so once: the disk itself tells the next start up to where, and names nobody", async () => {
    await using w = world();
    await leave(w);
    for (const tenant of ["t1", "t2", "t3"]) await w.deployment.node().cache.purge(tenant);
    expect(await scansOf(w)).toBe(4);
    expect(await scansOf(w)).toBe(0);
    await w.deployment.node().cache.purge("t5");
    expect(await scansOf(w)).toBe(1);
    const note = await w.disk.get("done", NOTE_TENANT);
    expect(Object.keys(JSON.parse(Buffer.from(note ?? []).toString()))).toEqual([
      "logId",
      "position",
    ]);
  });

  test("at its start it looks into no tier that cannot have outlived a process", async () => {
    await using w = world();
    await leave(w);
    const memory = faultBackend(entryBackend({ clock: w.deployment.clock }));
    const { cache } = w.deployment.node({ tiers: [{ name: "memory", backend: memory }] });
    await cache.get("a/1", "lives");
    await cache.flush();
    expect(memory.faults.calls.filter(({ tenantId }) => tenantId === "acme")).toEqual([]);
  });
});
