import { equal, ok } from "node:assert/strict";
import type { CacheBackend, LeaseStore } from "@cogniverse/sdk";
import type { Rule } from "./rule.ts";

/** `leases`. */
export function leaseRules(rule: Rule): void {
  rule("one holder a key, until it gives the lease back; fences grow", async ({ backend }) => {
    const leases = leasesOf(backend);
    const first = await leases.acquire("a", "t", 10_000);
    ok(first !== undefined && !first.signal.aborted);
    equal(await leases.acquire("a", "t", 10_000), undefined);
    const others = [await leases.acquire("b", "t", 10_000), await leases.acquire("a", "u", 10_000)];
    ok(others.every((lease) => lease !== undefined));
    await first[Symbol.asyncDispose]();
    const second = await leases.acquire("a", "t", 10_000);
    ok(second !== undefined && second.fence > first.fence);
    for (const lease of [second, ...others]) await lease?.[Symbol.asyncDispose]();
  });

  rule("of 64 that want a lease at once exactly one gets it", async ({ backend }) => {
    const wanted = Array.from({ length: 64 }, () => leasesOf(backend).acquire("a", "t", 10_000));
    const held = (await Promise.all(wanted)).filter((lease) => lease !== undefined);
    equal(held.length, 1);
    await held[0]?.[Symbol.asyncDispose]();
  });
}

function leasesOf(backend: CacheBackend): LeaseStore {
  if (backend.leases === undefined) throw new Error("The backend claims `leases` and has none");
  return backend.leases;
}
