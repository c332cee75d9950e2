import { expect, test } from "@jest/globals";
import { CacheManager, MemoryLog, silentLogger } from "@cogniverse/core";
import { memoryBackend } from "@cogniverse/cache-memory";
import type { Bytes, CacheBackend } from "@cogniverse/sdk";
import { FakeClock } from "@cogniverse/testkit";

/** A tier as a third party would write it: the six calls, nothing else, expiry not even looked at. */
class ThirdParty implements CacheBackend {
  readonly data = new Map<string, Bytes>();
  exists = async (key: string, tenantId: string) => this.data.has(`${tenantId}/${key}`);
  get = async (key: string, tenantId: string) => this.data.get(`${tenantId}/${key}`);
  put = async (key: string, data: Bytes, tenantId: string) =>
    this.data.set(`${tenantId}/${key}`, data).size > 0;
  delete = async (key: string, tenantId: string) => this.data.delete(`${tenantId}/${key}`);
  listKeys = async (prefix: string, tenantId: string) => {
    const keys = [...this.data.keys()].filter((id) => id.startsWith(`${tenantId}/${prefix}`));
    return keys.map((id) => id.slice(tenantId.length + 1)).sort();
  };
  getStats = async () => ({ entries: this.data.size, bytes: 0, exact: false });
}

test("six calls make a working, safe tier", async () => {
  const clock = new FakeClock();
  const backend = new ThirdParty();
  const memory = memoryBackend({}, { clock, logger: silentLogger });
  const theirs = { name: "theirs", backend };
  const options = { clock, tiers: [{ name: "memory", backend: memory }, theirs] };
  const log = new MemoryLog("one");
  const acme = new CacheManager({ ...options, log }).forTenant("acme");
  const low = { tiers: { memory: false } };
  await acme.getOrCompute("notes/1", () => ({ n: 1 }), { ttl: 10, ...low });
  clock.advance(4000); // promotion passes the remaining lifetime on
  expect(await acme.getWithInfo("notes/1")).toMatchObject({ tier: "theirs", remainingMs: 6000 });
  expect(await acme.getWithInfo("notes/1")).toMatchObject({ tier: "memory", remainingMs: 6000 });
  expect(await acme.listKeys("notes/")).toEqual(["notes/1"]);
  clock.advance(6000);
  const causes = { memory: "expired", theirs: "expired" };
  expect(await acme.getWithInfo("notes/1")).toEqual({ hit: false, causes });
  await acme.put("notes/1", { n: 2 });
  expect(await acme.get("notes/1", low)).toEqual({ n: 2 });
  await acme.invalidateByPattern("notes/*");
  expect(await acme.getWithInfo("notes/1")).toMatchObject({ causes: { theirs: "invalidated" } });
  await acme.put("notes/1", { n: 3 }, low);
  for (const stored of backend.data.values()) stored.fill(0, -1); // damage
  expect(await acme.getWithInfo("notes/1")).toMatchObject({ causes: { theirs: "corrupt" } });
  await acme.put("notes/1", { n: 4 });
  const restarted = new CacheManager({ ...options, log });
  expect(await restarted.get("notes/1", "acme", low)).toEqual({ n: 4 });
  expect(await restarted.get("notes/1", "other")).toBeUndefined();
  const forgetful = new CacheManager({ clock, tiers: [theirs] }); // a log of its own: all is dead
  const dead = { hit: false, causes: { theirs: "invalidated" } };
  expect(await forgetful.getWithInfo("notes/1", "acme")).toEqual(dead);
});
