import { describe, test } from "@jest/globals";
import { backendContract, type BackendContractOptions } from "./contract/backend-contract.ts";
import type { BackendFactory } from "./contract/backend-fixture.ts";
import { logContract } from "./contract/log-contract.ts";
import type { LogFactory } from "./contract/log-fixture.ts";

const runner = { describe, test };

/** Runs the contract of a backend under jest; see `backendContract`. */
export function describeBackend(
  name: string,
  factory: BackendFactory,
  options: BackendContractOptions,
): void {
  backendContract(runner, name, factory, options);
}

/** Runs the contract of an invalidation log under jest; see `logContract`. */
export function describeLog(name: string, factory: LogFactory): void {
  logContract(runner, name, factory);
}
