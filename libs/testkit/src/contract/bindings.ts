import { backendContract } from "./backend-contract.ts";
import type { BackendFactory } from "./backend-fixture.ts";
import type { BackendContractOptions } from "./contract-options.ts";
import { logContract } from "./log-contract.ts";
import type { LogContractOptions, LogFactory } from "./log-fixture.ts";
import type { Runner } from "./runner.ts";

/** Runs the contract of a backend under one test runner; see `backendContract`. */
export type DescribeBackend = (
  name: string,
  factory: BackendFactory,
  options: BackendContractOptions,
) => void;

/** Runs the contract of an invalidation log under one test runner; see `logContract`. */
export type DescribeLog = (name: string, factory: LogFactory, options?: LogContractOptions) => void;

/** Both suites for a runner. */
export function bindTo(
  runner: Runner,
): Readonly<{ describeBackend: DescribeBackend; describeLog: DescribeLog }> {
  return {
    describeBackend: (...args) => backendContract(runner, ...args),
    describeLog: (...args) => logContract(runner, ...args),
  };
}
