import { describe, test } from "vitest";
import { bindTo, type DescribeBackend, type DescribeLog } from "./contract/bindings.ts";

const bound = bindTo({ describe, test });

/** Runs the contract of a backend under vitest; see `backendContract`. */
export const describeBackend: DescribeBackend = bound.describeBackend;

/** Runs the contract of an invalidation log under vitest; see `logContract`. */
export const describeLog: DescribeLog = bound.describeLog;
