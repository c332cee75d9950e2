import { deepEqual, equal } from "node:assert/strict";
import {
  type BackendFactory,
  type BackendFixture,
  CAPABILITIES,
  HOOKS,
} from "./backend-fixture.ts";
import { batchRules } from "./batch-rules.ts";
import { closeRules } from "./close-rules.ts";
import { concurrencyRules } from "./concurrency-rules.ts";
import { conditionRules } from "./condition-rules.ts";
import { type BackendContractOptions, resolveContract } from "./contract-options.ts";
import { entryRules } from "./entry-rules.ts";
import { evictionRules } from "./eviction-rules.ts";
import { failureRules } from "./failure-rules.ts";
import { leaseRules } from "./lease-rules.ts";
import { listingRules } from "./listing-rules.ts";
import { logRules } from "./log-contract.ts";
import type { LogFixture, LogHook } from "./log-fixture.ts";
import { metadataRules } from "./metadata-rules.ts";
import { nameRules } from "./name-rules.ts";
import { plainRules } from "./plain-rules.ts";
import { residentRules } from "./resident-rules.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import { RuleBook } from "./rule-book.ts";
import type { Runner } from "./runner.ts";
import { purgeRules } from "./purge-rules.ts";
import { scanRules } from "./scan-rules.ts";
import { streamRules } from "./stream-rules.ts";
import { storageRules } from "./storage-rules.ts";
import { ttlRules } from "./ttl-rules.ts";
import { unreadableRules } from "./unreadable-rules.ts";

/**
 * The contract of a backend as tests, one a rule, each on a fixture of its own. Rules of a capability, a hook or a failure are registered
 * where it is claimed, so that the list of rules says what was looked at.
 */
export function backendContract(
  runner: Runner,
  name: string,
  factory: BackendFactory,
  options: BackendContractOptions,
): void {
  const contract = resolveContract(options);
  const { timeoutMs, deviations } = options;
  const book = new RuleBook(runner, { timeoutMs, deviations });
  const rule: Rule = (ruleName, check) => book.add(ruleName, factory, check);
  book.describe(name, () => {
    claimRules(rule, contract);
    for (const rules of [plainRules, nameRules, ttlRules, listingRules, concurrencyRules])
      rules(rule, contract);
    closeRules(rule, contract);
    storageRules(rule, contract);
    capabilityRules(rule, contract);
    failureRules(book, contract);
    if (contract.has("log")) {
      const hooks: readonly LogHook[] = ["close", ...LOG_HOOKS_OF_BACKEND.filter(contract.can)];
      const { configurableLease, forgets } = contract;
      book.describe("log", () =>
        logRules(book, () => logOf(factory), { hooks, configurableLease, forgets }),
      );
    }
    book.close();
  });
}

function claimRules(rule: Rule, contract: ResolvedContract): void {
  rule("has the capabilities that it claims and no other", async ({ backend }) => {
    const there = CAPABILITIES.filter((c) => backend[c] !== undefined);
    deepEqual(there, CAPABILITIES.filter(contract.has));
    const closes = backend[Symbol.asyncDispose] !== undefined;
    equal(closes, contract.closes, `\`closes\` is said to be ${contract.closes}`);
  });

  rule("its fixture has the hooks that are said and no other", async (fixture) => {
    const there = HOOKS.filter((hook) => fixture[hook] !== undefined);
    deepEqual(there, HOOKS.filter(contract.can));
    equal(contract.can("spoil"), contract.unreadable.length > 0, "`unreadable` goes with `spoil`");
  });
}

function capabilityRules(rule: Rule, contract: ResolvedContract): void {
  const { has } = contract;
  if (has("entries"))
    for (const rules of [entryRules, metadataRules, conditionRules, unreadableRules])
      rules(rule, contract);
  if (has("batch")) batchRules(rule);
  if (has("streams")) streamRules(rule, contract);
  if (has("scan")) scanRules(rule, contract);
  if (has("leases")) leaseRules(rule);
  if (has("residents")) residentRules(rule);
  if (has("evictions")) evictionRules(rule, contract);
  if (has("purge")) purgeRules(rule, contract);
}

const LOG_HOOKS_OF_BACKEND = ["reopen", "another", "forget", "loseAnswer"] as const;

/** A backend's fixture as one of its log. */
async function logOf(factory: BackendFactory): Promise<LogFixture> {
  const fixture = await factory();
  const reopen = fixture.reopen?.bind(fixture);
  const another = fixture.another?.bind(fixture);
  const forget = fixture.forget?.bind(fixture);
  const loseAnswer = fixture.loseAnswer?.bind(fixture);
  return {
    log: logIn(fixture.backend),
    close: async () => fixture.backend[Symbol.asyncDispose]?.(),
    ...(reopen === undefined ? {} : { reopen: async () => logIn(await reopen()) }),
    ...(another === undefined ? {} : { another: async (lease) => logIn(await another(lease)) }),
    ...(forget === undefined ? {} : { forget }),
    ...(loseAnswer === undefined ? {} : { loseAnswer }),
    [Symbol.asyncDispose]: async () => fixture[Symbol.asyncDispose]?.(),
  };
}

function logIn(backend: BackendFixture["backend"]): NonNullable<BackendFixture["backend"]["log"]> {
  if (backend.log === undefined) throw new Error("The backend claims a log and has none");
  return backend.log;
}
