import { interruption, workProgress } from "@cogniverse/test-servers/commands";
import { HELP, readCommandLine, type Request } from "./command-line.ts";
import { HistoryFile } from "./history-file.ts";
import { figuresText, standText, wrongText } from "./soak-report.ts";
import { SoakRound, type RoundFigures } from "./soak-round.ts";
import type { SoakDeployment } from "./surroundings.ts";

type Run = Extract<Request, { ask: "run" }>;

/** How a soak went, round by round; `wrong`: where it did not go right, why, and where the history is. */
interface Outcome {
  readonly rounds: RoundFigures[];
  wrong: Readonly<{ text: string; history: string }> | undefined;
}

/** So many seconds at most until it is another deployment's turn. */
const LONGEST_ROUND_S = 60;

const signal = interruption();

process.exitCode = await main(readCommandLine(process.argv.slice(2)));

async function main(request: Request): Promise<number> {
  if (request.ask === "help") {
    print(HELP);
    return 0;
  }
  if (request.ask === "refuse") {
    process.stderr.write(`${request.problem} Try --help.\n`);
    return 2;
  }
  const { rounds, wrong } = await soak(request);
  if (request.json) print(JSON.stringify({ seed: request.seed, rounds, wrong: wrong ?? null }));
  else tell(rounds, wrong);
  if (wrong !== undefined) return 1;
  return signal.aborted ? 130 : 0;
}

async function soak(request: Run): Promise<Outcome> {
  using progress = workProgress(process.stderr, "starting servers");
  const outcome: Outcome = { rounds: [], wrong: undefined };
  const { seconds, seed } = request;
  const turns = turnsOf(request);
  for (const [n, deployment] of turns.entries()) {
    if (signal.aborted || outcome.wrong !== undefined) break;
    const turn = { deployment, seconds: seconds / turns.length, seed: seed + n };
    await round(turn, outcome, (figures) =>
      progress.show(
        Math.min(1, (n + figures.seconds / turn.seconds) / turns.length),
        standText(figures),
      ),
    );
  }
  return outcome;
}

async function round(
  turn: Readonly<{ deployment: SoakDeployment; seconds: number; seed: number }>,
  outcome: Outcome,
  onFigures: (figures: RoundFigures) => void,
): Promise<void> {
  const history = new HistoryFile(`${turn.deployment}-${turn.seed}`);
  let keep = false;
  try {
    const done = await SoakRound.run({ ...turn, history, signal, onFigures });
    outcome.rounds.push(done.figures());
    keep = !done.isRight;
    if (keep) outcome.wrong = { text: wrongText(done), history: history.path };
  } finally {
    await history.end({ keep });
  }
}

/** Deployments take turns, each as often as the others. */
function turnsOf({ seconds, deployments }: Run): readonly SoakDeployment[] {
  const times = Math.ceil(seconds / (deployments.length * LONGEST_ROUND_S));
  return Array.from({ length: times }, () => deployments).flat();
}

function tell(rounds: readonly RoundFigures[], wrong: Outcome["wrong"]): void {
  for (const figures of rounds) print(figuresText(figures));
  const sum = (of: (figures: RoundFigures) => number): number =>
    rounds.reduce((all, figures) => all + of(figures), 0);
  const seconds = sum((one) => one.seconds);
  const invalidations = sum(({ short, long }) => short + long);
  print(
    `${seconds.toFixed(1)} s: ${rateOf(
      sum(({ reads }) => reads),
      seconds,
    )} reads/s, ${rateOf(invalidations, seconds)} invalidations/s, ${sum(({ happened }) => happened)} faults`,
  );
  if (wrong === undefined) print("No read returned what had been invalidated before it began.");
  else print(`\n${wrong.text}\nThe whole history: ${wrong.history}`);
}

function rateOf(count: number, seconds: number): string {
  return seconds > 0 ? (count / seconds).toFixed(1) : "0";
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
