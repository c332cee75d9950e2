import { deepEqual } from "node:assert/strict";
import type { Options } from "@cogniverse/sdk";
import {
  type BackendFactory,
  type BackendFixture,
  CAPABILITIES,
  type Capability,
} from "./backend-fixture.ts";
import { batchRules } from "./batch-rules.ts";
import { closeRules } from "./close-rules.ts";
import { concurrencyRules } from "./concurrency-rules.ts";
import { conditionRules } from "./condition-rules.ts";
import { entryRules } from "./entry-rules.ts";
import { evictionRules } from "./eviction-rules.ts";
import { leaseRules } from "./lease-rules.ts";
import { listingRules } from "./listing-rules.ts";
import { logContract } from "./log-contract.ts";
import { nameRules } from "./name-rules.ts";
import { plainRules } from "./plain-rules.ts";
import { residentRules } from "./resident-rules.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import type { Runner } from "./runner.ts";
import { scanRules } from "./scan-rules.ts";
import { streamRules } from "./stream-rules.ts";
import { ttlRules } from "./ttl-rules.ts";

/** What a backend claims, and what would cost too much on it. */
export type BackendContractOptions = Readonly<{
  /** The optional properties that the backend has; it must have no other. */
  capabilities: readonly Capability[];
}> &
  Options<{
    /** Size of the largest value that is tried: 64 MiB. */
    largestBytes: number;
    /** How many keys the listing tests store: 2,500. */
    listedKeys: number;
    /** How long a value that never expires is watched, on the backend's clock: 400 days. A real server takes seconds. */
    foreverMs: number;
    /** Needed for the capability `evictions`: a backend that holds between 10 and 2,000 entries of 1 KiB. */
    bounded: BackendFactory;
    /** Time limit of each test: 20,000. */
    timeoutMs: number;
  }>;

/**
 * The contract of a backend as tests, one a rule, each on a fixture of its own. Rules of a capability are registered where it is
 * claimed.
 */
export function backendContract(
  runner: Runner,
  name: string,
  factory: BackendFactory,
  options: BackendContractOptions,
): void {
  const timeoutMs = options.timeoutMs ?? 20_000;
  const rule: Rule = (ruleName, check) =>
    runner.test(ruleName, () => withFixture(factory, check), timeoutMs);
  const contract: ResolvedContract = {
    has: (capability) => options.capabilities.includes(capability),
    largestBytes: options.largestBytes ?? 64 << 20,
    listedKeys: options.listedKeys ?? 2500,
    foreverMs: options.foreverMs ?? 400 * 86_400_000,
    bounded: options.bounded,
  };
  runner.describe(name, () => {
    rule("has the capabilities that it claims and no other", async ({ backend }) => {
      const there = CAPABILITIES.filter((c) => backend[c] !== undefined);
      deepEqual(there, CAPABILITIES.filter(contract.has));
    });
    for (const rules of [plainRules, nameRules, ttlRules, listingRules, concurrencyRules])
      rules(rule, contract);
    closeRules(rule);
    if (contract.has("entries")) for (const rules of [entryRules, conditionRules]) rules(rule);
    if (contract.has("batch")) batchRules(rule);
    if (contract.has("streams")) streamRules(rule);
    if (contract.has("scan")) scanRules(rule, contract);
    if (contract.has("leases")) leaseRules(rule);
    if (contract.has("residents")) residentRules(rule);
    if (contract.has("evictions")) evictionRules(rule, contract);
    if (contract.has("log")) logContract(runner, "log", logOf(factory), { timeoutMs });
  });
}

async function withFixture(
  factory: BackendFactory,
  check: (fixture: BackendFixture) => Promise<void>,
): Promise<void> {
  const fixture = await factory();
  try {
    await check(fixture);
  } finally {
    await fixture[Symbol.asyncDispose]?.();
  }
}

function logOf(factory: BackendFactory): Parameters<typeof logContract>[2] {
  return async () => {
    const fixture = await factory();
    const log = (backend = fixture.backend): NonNullable<typeof backend.log> => {
      if (backend.log === undefined) throw new Error("The backend claims a log and has none");
      return backend.log;
    };
    const reopen = fixture.reopen?.bind(fixture);
    return {
      log: log(),
      close: async () => fixture.backend[Symbol.asyncDispose]?.(),
      ...(reopen === undefined ? {} : { reopen: async () => log(await reopen()) }),
      [Symbol.asyncDispose]: async () => fixture[Symbol.asyncDispose]?.(),
    };
  };
}
