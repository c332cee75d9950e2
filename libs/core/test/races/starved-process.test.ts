import { expect, test } from "@jest/globals";
import type { InvalidationLog, LogHead } from "@cogniverse/sdk";
import { entryBackend, FakeClock, memoryLog } from "@cogniverse/testkit";
import { CacheManager } from "@cogniverse/core";

const LEASE_MS = 200;

test("a process that gets the CPU for one step at a time serves all the same where it can read the log in that step", async () => {
  const clock = new FakeClock();
  const inner = memoryLog();
  const log: InvalidationLog = {
    ...inner,
    leaseMs: LEASE_MS,
    sharesClock: true,
    readNow: (from: LogHead) => {
      // Before anything that waits for this step goes on, the lease is over.
      queueMicrotask(() => clock.suspend({ wallMs: LEASE_MS, monotonicMs: LEASE_MS }));
      return inner.readNow?.(from) ?? { type: "reset", head: from };
    },
  };
  const tiers = [{ name: "warm", backend: entryBackend({ clock }) }];
  await using cache = new CacheManager({ clock, log, tiers });
  const acme = cache.forTenant("acme");
  await acme.getOrCompute("notes/1", () => ({ n: 1 }));
  clock.suspend({ wallMs: LEASE_MS, monotonicMs: LEASE_MS });
  expect(await acme.getWithInfo("notes/1")).toMatchObject({ hit: true, tier: "warm" });
  await log.append([
    { tenantId: "acme", scope: { kind: "tenant" }, mode: "hard", at: 0, node: "other" },
  ]);
  clock.suspend({ wallMs: LEASE_MS, monotonicMs: LEASE_MS });
  expect(await acme.getWithInfo("notes/1")).toMatchObject({ causes: { warm: "invalidated" } });
});
