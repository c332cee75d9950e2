import { helpText, readCommandLine, type Request } from "./command-line.ts";
import { runContest } from "./contest.ts";
import { Progress, type ProgressStream } from "./progress.ts";
import { contestLines, figureLine, missedGoals, toJson, type Result } from "./report.ts";
import type { Workload } from "./workload.ts";

/** What {@link runBench} is run with. */
export interface BenchSurroundings {
  readonly workloads: readonly Workload[];
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  readonly errors: ProgressStream;
}

/** Runs what the arguments ask for and resolves the exit code. Resources of workloads are released also when it is interrupted. */
export async function runBench(
  args: readonly string[],
  surroundings: BenchSurroundings,
): Promise<number> {
  const { workloads, signal, print, errors } = surroundings;
  const request = readCommandLine(
    args,
    workloads.map((workload) => workload.name),
  );
  if (request.ask === "help") print(helpText(workloads));
  if (request.ask === "refuse") errors.write(`${request.problem} Try --help.\n`);
  if (request.ask !== "run") return request.ask === "help" ? 0 : 2;
  const results: Result[] = [];
  try {
    for (const workload of workloads)
      if (request.only.includes(workload.name))
        await measure(workload, request, surroundings, results);
  } catch (error) {
    if (!signal.aborted) throw error;
    errors.write("\nInterrupted.\n");
    return 130;
  }
  if (request.json) print(toJson(results));
  const missed = missedGoals(results);
  if (missed.length > 0)
    errors.write(`Goals missed:\n${missed.map((one) => `  ${one}\n`).join("")}`);
  return missed.length > 0 ? 1 : 0;
}

async function measure(
  workload: Workload,
  request: Extract<Request, { ask: "run" }>,
  { signal, print, errors }: BenchSurroundings,
  results: Result[],
): Promise<void> {
  const progress = new Progress(errors);
  const { rounds, roundMs, json } = request;
  if (!json) print(`\n${workload.name}: ${workload.about}\n`);
  progress.begin(workload.name);
  try {
    for await (const item of workload.items({ rounds, roundMs, signal })) {
      signal.throwIfAborted();
      if ("value" in item) {
        results.push({ kind: "figure", workload: workload.name, figure: item });
        progress.clear();
        if (!json) print(figureLine(item));
        continue;
      }
      const title = `${workload.name}: ${item.name}`;
      progress.begin(title);
      const onRound = (round: number): void => progress.round(title, round, rounds);
      const standings = await runContest(item, {
        rounds,
        roundMs,
        signal,
        now: () => performance.now(),
        cpu: usedCpuMs,
        onRound,
      });
      results.push({ kind: "contest", workload: workload.name, contest: item, standings });
      progress.clear();
      if (!json) print(contestLines(item, standings));
    }
  } finally {
    progress.clear();
  }
}

/** Reads what the kernel has counted for all threads: SDKs checksum and compress outside the main one. */
function usedCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
