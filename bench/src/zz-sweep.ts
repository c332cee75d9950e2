import { runBench } from "./bench.ts";
import { sweepLocalWorkload, sweepRedisWorkload } from "./workloads/sweep.ts";
process.exitCode = await runBench(process.argv.slice(2), {
  workloads: [sweepLocalWorkload, sweepRedisWorkload],
  signal: new AbortController().signal,
  print: (t) => void process.stdout.write(`${t}\n`),
  errors: process.stderr,
});
