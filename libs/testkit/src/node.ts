import { describe, test } from "node:test";
import { bindTo, type DescribeBackend, type DescribeLog } from "./contract/bindings.ts";

const bound = bindTo({
  describe: (name, body) => void describe(name, body),
  test: (name, body, timeoutMs) => void test(name, { timeout: timeoutMs }, body),
});

/** Runs the contract of a backend under node:test; see `backendContract`. */
export const describeBackend: DescribeBackend = bound.describeBackend;

/** Runs the contract of an invalidation log under node:test; see `logContract`. */
export const describeLog: DescribeLog = bound.describeLog;
