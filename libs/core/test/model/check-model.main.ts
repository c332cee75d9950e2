import { existsSync, readFileSync } from "node:fs";
import {
  programText,
  runProgram,
  shrinkProgram,
  type ModelFailure,
  type ModelFigures,
  type ModelProgram,
  type ModelReport,
} from "@cogniverse/testkit";
import { interruption, workProgress } from "@cogniverse/test-servers/commands";
import { HELP, readCommandLine, type Request } from "./command-line.ts";
import { coreNode } from "./core-nodes.ts";
import { checkInWorkers } from "./worker-pool.ts";

const signal = interruption();

process.exitCode = await main(readCommandLine(process.argv.slice(2)));

async function main(request: Request): Promise<number> {
  switch (request.ask) {
    case "help":
      print(HELP);
      return 0;
    case "refuse":
      process.stderr.write(`${request.problem} Try --help.\n`);
      return 2;
    case "one":
      return one(request);
    default:
      return many(request);
  }
}

async function many(request: Extract<Request, { ask: "run" }>): Promise<number> {
  const startedAt = performance.now();
  const report = await check(request);
  const seconds = (performance.now() - startedAt) / 1000;
  const failure = report.failure && (await smaller(report.failure));
  const { turns, reads, hits } = report;
  const rates = {
    seconds: Number(seconds.toFixed(1)),
    programsPerSecond: Math.round(report.programs / seconds),
    turnsPerSecond: Math.round(turns / seconds),
  };
  const { programs } = report;
  if (request.json)
    print(JSON.stringify({ programs, ...rates, turns, reads, hits, failure: failure ?? null }));
  else {
    if (failure !== undefined) tell(failure, report);
    print(
      `${programs} programs in ${rates.seconds} s: ${rates.programsPerSecond} programs/s, ${rates.turnsPerSecond} turns/s`,
    );
    print(`${reads} reads judged, ${hits} of them answered out of a tier`);
  }
  if (signal.aborted) return 130;
  return failure === undefined ? 0 : 1;
}

async function check(request: Extract<Request, { ask: "run" }>): Promise<ModelReport> {
  using progress = workProgress(process.stderr, "starting");
  const startedAt = performance.now();
  const onProgress = ({ programs: done }: ModelFigures): void => {
    const rate = Math.round((done * 1000) / (performance.now() - startedAt));
    progress.show(done / request.programs, `${done} of ${request.programs} programs, ${rate}/s`);
  };
  return checkInWorkers({ ...request, signal, onProgress });
}

async function smaller({ program }: ModelFailure): Promise<ModelFailure> {
  process.stderr.write(`The program of seed ${program.seed} fails; looking for a smaller one\n`);
  const small = await shrinkProgram(program, coreNode);
  return { program: small, wrong: (await runProgram(small, coreNode)).wrong };
}

function tell({ program, wrong }: ModelFailure, { programs }: ModelReport): void {
  print(`After ${programs} programs ${wrong.join("; ")}\n\n${programText(program)}\n`);
  print(`npm run check:model -- --program '${JSON.stringify(program)}'\n`);
}

async function one({ program, json }: Extract<Request, { ask: "one" }>): Promise<number> {
  const text = existsSync(program) ? readFileSync(program, "utf8") : program;
  let parsed;
  try {
    // Written by this very command.
    parsed = JSON.parse(text) as ModelProgram;
  } catch (error) {
    process.stderr.write(`--program takes a program or a file that holds one: ${String(error)}\n`);
    return 2;
  }
  const outcome = await runProgram(parsed, coreNode);
  if (json) print(JSON.stringify(outcome));
  else print(`${programText(parsed)}\n\n${outcome.wrong.join("\n") || "every answer was allowed"}`);
  return outcome.wrong.length === 0 ? 0 : 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
