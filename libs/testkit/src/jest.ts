import { describe, test } from "@jest/globals";
import { bindTo, type DescribeBackend, type DescribeLog } from "./contract/bindings.ts";

const bound = bindTo({ describe, test });

/** Runs the contract of a backend under jest; see `backendContract`. */
export const describeBackend: DescribeBackend = bound.describeBackend;

/** Runs the contract of an invalidation log under jest; see `logContract`. */
export const describeLog: DescribeLog = bound.describeLog;
