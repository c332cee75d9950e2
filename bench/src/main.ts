#!/usr/bin/env node
import { runBench } from "./bench.ts";
import { codecWorkload } from "./workloads/codec.ts";
import { gcsWorkload } from "./workloads/gcs.ts";
import { invalidationAcknowledgedWorkload } from "./workloads/invalidation-acknowledged.ts";
import { invalidationAppendWorkload } from "./workloads/invalidation-append.ts";
import { invalidationGroupedWorkload } from "./workloads/invalidation-grouped.ts";
import { invalidationMirrorWorkload } from "./workloads/invalidation-mirror.ts";
import { invalidationStartWorkload } from "./workloads/invalidation-start.ts";
import { localWorkload } from "./workloads/local.ts";
import { memoryWorkload } from "./workloads/memory.ts";
import { redisWorkload } from "./workloads/redis.ts";
import { s3Workload } from "./workloads/s3.ts";
import { sweepLocalWorkload, sweepRedisWorkload } from "./workloads/sweep.ts";
import { telemetryWorkload } from "./workloads/telemetry.ts";

const interruption = new AbortController();
// The second time the default applies: the process ends at once.
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.once(name, () => interruption.abort(new Error(`stopped by ${name}`)));

process.exitCode = await runBench(process.argv.slice(2), {
  workloads: [
    memoryWorkload,
    localWorkload,
    codecWorkload,
    invalidationMirrorWorkload,
    invalidationAppendWorkload,
    invalidationAcknowledgedWorkload,
    invalidationGroupedWorkload,
    invalidationStartWorkload,
    redisWorkload,
    s3Workload,
    gcsWorkload,
    telemetryWorkload,
    sweepLocalWorkload,
    sweepRedisWorkload,
  ],
  signal: interruption.signal,
  print: (text) => void process.stdout.write(`${text}\n`),
  errors: process.stderr,
});
