import { describe, test } from "node:test";
import { backendContract, type BackendContractOptions } from "./contract/backend-contract.ts";
import type { BackendFactory } from "./contract/backend-fixture.ts";
import { logContract } from "./contract/log-contract.ts";
import type { LogFactory } from "./contract/log-fixture.ts";
import type { Runner } from "./contract/runner.ts";

const runner: Runner = {
  describe: (name, body) => void describe(name, body),
  test: (name, body, timeoutMs) => void test(name, { timeout: timeoutMs }, body),
};

/** Runs the contract of a backend under node:test; see `backendContract`. */
export function describeBackend(
  name: string,
  factory: BackendFactory,
  options: BackendContractOptions,
): void {
  backendContract(runner, name, factory, options);
}

/** Runs the contract of an invalidation log under node:test; see `logContract`. */
export function describeLog(name: string, factory: LogFactory): void {
  logContract(runner, name, factory);
}
