import { CacheError } from "@cogniverse/sdk";
import { ConfigError, formatConfigProblems } from "@cogniverse/runtime";
import { Command, InvalidArgumentError, Option } from "commander";
import { SearchError } from "./agent/search-error.ts";
import { STRATEGIES, type Strategy } from "./agent/video-search-agent.ts";
import { App, type AppOptions } from "./app.ts";
import { describeDemo, runDemo } from "./demo/demo.ts";
import { ArtefactReport } from "./ingest/artefact-report.ts";
import { reportTable, time } from "./demo/report-table.ts";
import type { Progress } from "./demo/progress.ts";
import { UnreadableVideoError } from "./media/unreadable-video-error.ts";
import { ModelError } from "./models/model-error.ts";

/** What a command line runs in. */
export interface ProgramContext {
  readonly write: (text: string) => void;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly app: AppOptions;
}

type Common = Readonly<{ config?: string; json?: boolean; tenant: string }>;
type SearchFlags = Common &
  Readonly<{
    strategy: Strategy;
    topK: number;
    video?: readonly string[];
    from?: number;
    to?: number;
  }>;

/** The app's command line: the demo without a command, `ingest` and `search`. */
export function makeProgram(context: ProgramContext): Command {
  const program = new Command("npm start --")
    .description("Ingest videos and search them, through the cache")
    .option("-c, --config <file>", "configuration of the cache; default: configs/embedded.yaml")
    .option("--json", "print one JSON document")
    .showHelpAfterError()
    .exitOverride()
    .enablePositionalOptions()
    .action((options: Common) => demo(context, options));
  shared(
    program
      .command("ingest <file...>")
      .description("make videos searchable; what is cached is not computed again"),
  )
    .option("--force", "compute everything anew")
    .action((files: readonly string[], options: Common & { readonly force?: boolean }) =>
      ingest(context, files, options),
    );
  shared(program.command("search <query>").description("ask for moments in what was ingested"))
    .addOption(
      new Option(
        "-s, --strategy <name>",
        "how to search; similar: by VIDEO_ID@MS or a picture's path",
      )
        .choices(STRATEGIES)
        .default("text"),
    )
    .option("-k, --top-k <n>", "so many hits", wholeNumber, 10)
    .option("--video <id...>", "only in these videos")
    .option("--from <ms>", "only moments at or after", wholeNumber)
    .option("--to <ms>", "only moments before", wholeNumber)
    .action((query: string, options: SearchFlags) => search(context, query, options));
  return program;
}

function shared(command: Command): Command {
  return command
    .option("-t, --tenant <id>", "whose videos", "acme")
    .option("-c, --config <file>", "configuration of the cache; default: configs/embedded.yaml")
    .option("--json", "print one JSON document");
}

async function demo(context: ProgramContext, options: Common): Promise<void> {
  const { progress, signal, app, write } = context;
  const result = await runDemo({ ...app, config: options.config, progress, signal });
  if (options.json !== true) return write(`${describeDemo(result)}\n`);
  const passes = result.passes.map(({ report, ...pass }) => ({
    ...pass,
    artefacts: report.rows(),
  }));
  write(`${JSON.stringify({ ...result, passes }, undefined, 2)}\n`);
}

async function ingest(
  context: ProgramContext,
  files: readonly string[],
  options: Common & { readonly force?: boolean },
): Promise<void> {
  const { progress, signal, write } = context;
  await using app = await App.open({ ...context.app, config: options.config });
  const report = new ArtefactReport();
  const videos = [];
  for (const file of files) {
    const startedAt = performance.now();
    const done = await app.processor.ingest(file, options.tenant, {
      signal,
      report,
      force: options.force,
      onStep: (step) =>
        progress.step(
          `${step.title}: ${step.name}`,
          step.total > 0 ? `${step.done} of ${step.total}` : "",
        ),
    });
    const { video, ...counts } = done;
    const ms = performance.now() - startedAt;
    progress.done(
      `${video.title}: ${counts.frames} key frames, ${counts.segments} lines of text, ${counts.computed} computed, ${time(ms)}`,
    );
    videos.push({ videoId: video.videoId, title: video.title, ...counts, ms });
  }
  await app.cache.flush();
  if (options.json === true)
    write(`${JSON.stringify({ videos, artefacts: report.rows() }, undefined, 2)}\n`);
  else
    write(
      `${reportTable("artefact", report)}\n${videos.map((v) => `${v.videoId}  ${v.title}`).join("\n")}\n`,
    );
}

async function search(context: ProgramContext, query: string, options: SearchFlags): Promise<void> {
  await using app = await App.open({ ...context.app, config: options.config });
  const filters = { videos: options.video, fromMs: options.from, toMs: options.to };
  const { strategy, topK } = options;
  context.progress.step(`searching for ${query}`);
  const answer = await app.agent.search(query, options.tenant, {
    strategy,
    topK,
    filters,
    signal: context.signal,
  });
  context.progress.stop();
  await app.cache.flush();
  if (options.json === true) return context.write(`${JSON.stringify(answer, undefined, 2)}\n`);
  const lines = answer.hits.map(
    (hit, i) =>
      `${i + 1}. ${hit.title} at ${(hit.timestampMs / 1000).toFixed(1)} s  ${hit.score.toFixed(2)}  ${hit.snippet}\n   ${hit.why.join("; ")}`,
  );
  const none = `Nothing found for tenant ${options.tenant}. Ingest a video first: npm start -- ingest FILE --tenant ${options.tenant}`;
  context.write(
    `${lines.length === 0 ? none : lines.join("\n")}\n${answer.from === "computed" ? "computed" : `from the tier ${answer.from}`} in ${time(answer.ms)}\n`,
  );
}

/** One line for a person, without a stack where the message says it all. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return formatConfigProblems(error.problems);
  const isPlain =
    [UnreadableVideoError, SearchError, ModelError].some((type) => error instanceof type) ||
    CacheError.isInstance(error);
  if (error instanceof Error)
    return isPlain || "code" in error ? error.message : (error.stack ?? error.message);
  return String(error);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && text.trim() !== "") return value;
  throw new InvalidArgumentError("Use a whole number.");
}
