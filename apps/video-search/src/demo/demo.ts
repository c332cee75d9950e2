import { join } from "node:path";
import { App, ROOT, type AppOptions } from "../app.ts";
import { sameConfig } from "../commands/command-context.ts";
import { ArtefactReport } from "../ingest/artefact-report.ts";
import { fingerprintFile } from "../media/fingerprint.ts";
import { unlessDown } from "../ingest/unless-down.ts";
import {
  addSaved,
  describeSaved,
  savedCompute,
  type SavedCompute,
} from "../telemetry/saved-compute.ts";
import { DEMO_QUERIES } from "./queries.ts";
import type { Progress } from "./progress.ts";
import { reportTable, time } from "./report-table.ts";

/** Whose films the demo ingests. */
export const DEMO_TENANTS = ["acme", "globex"] as const;
/** What it ingests. */
export const SAMPLE: string = join(ROOT, "apps", "video-search", "sample", "big-buck-bunny-5s.mp4");

/** One pass over ingestion and queries. `searchMs`: all queries of all tenants. */
type DemoPass = Readonly<{
  name: string;
  report: ArtefactReport;
  ingestMs: number;
  searchMs: number;
}>;

/** What the demo measured. `recomputationSaved`: share of the cold pass' computes that the warm one did without. `saved`: over all passes. */
export type DemoResult = Readonly<{
  passes: readonly DemoPass[];
  ingestSpeedUp: number;
  querySpeedUp: number;
  restartQuerySpeedUp: number;
  recomputationSaved: number;
  saved: SavedCompute;
}>;

/** What the demo needs. */
export interface DemoOptions extends AppOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Ingests the sample for two tenants and asks some questions: cold, again in the same process, and once more after a restart with nothing in
 * memory. Cold is really cold: what both tenants have of the sample is invalidated first; their other films stay. While the cache's log cannot be
 * reached that is refused, and needless: nothing is served then.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const passes: DemoPass[] = [];
  await using first = await App.open(options);
  const sampleId = await fingerprintFile(SAMPLE, { signal: options.signal });
  for (const tenant of DEMO_TENANTS)
    await first.cache
      .invalidateVideo(sampleId, tenant, { reason: "demo starts cold" })
      .catch(unlessDown);
  passes.push(
    await pass("cold", first, options),
    await pass("again, same process", first, options),
  );
  const savedFirst = await savedCompute(first.cache, DEMO_TENANTS);
  await first[Symbol.asyncDispose]();
  await using second = await App.open(options);
  passes.push(await pass("after a restart", second, options));
  const saved = addSaved([savedFirst, await savedCompute(second.cache, DEMO_TENANTS)]);
  return summarise(passes, saved);
}

async function pass(name: string, app: App, { progress, signal }: DemoOptions): Promise<DemoPass> {
  const report = new ArtefactReport();
  const startedAt = performance.now();
  const queries = [...DEMO_QUERIES];
  for (const tenant of DEMO_TENANTS) {
    const { video } = await app.processor.ingest(SAMPLE, tenant, {
      report,
      signal,
      onStep: (step) =>
        progress.step(
          `${name}: ${tenant}: ${step.name}`,
          step.total > 0 ? `${step.done} of ${step.total}` : "",
        ),
    });
    // Moments that look like the beginning of the film.
    if (tenant === DEMO_TENANTS[0])
      queries.push({ query: `${video.videoId.slice(0, 12)}@0`, strategy: "similar" });
  }
  const ingestMs = performance.now() - startedAt;
  let searchMs = 0;
  for (const tenant of DEMO_TENANTS) {
    for (const { query, strategy } of queries) {
      progress.step(`${name}: ${tenant}: searching`, query);
      searchMs += (await app.agent.search(query, tenant, { strategy, report, signal })).ms;
    }
  }
  await app.cache.flush();
  progress.done(
    `${name}: ${report.computed} computed, ${report.served} served, ${time(ingestMs + searchMs)}`,
  );
  return { name, report, ingestMs, searchMs };
}

function summarise(passes: readonly DemoPass[], saved: SavedCompute): DemoResult {
  const [cold, warm, restarted] = passes;
  if (cold === undefined || warm === undefined || restarted === undefined)
    throw new RangeError("the demo has three passes");
  return {
    passes,
    ingestSpeedUp: cold.ingestMs / warm.ingestMs,
    querySpeedUp: cold.searchMs / warm.searchMs,
    restartQuerySpeedUp: cold.searchMs / restarted.searchMs,
    recomputationSaved: 1 - warm.report.computed / cold.report.computed,
    saved,
  };
}

/** The whole result for people, with what to type next on the same cache. */
export function describeDemo(result: DemoResult, config?: string): string {
  const same = sameConfig(config === undefined ? {} : { config });
  const { passes, ingestSpeedUp, querySpeedUp, restartQuerySpeedUp, recomputationSaved } = result;
  return [
    ...passes.map(({ name, report }) => reportTable(name, report)),
    "",
    `second run:       ingestion ${ingestSpeedUp.toFixed(0)}x, repeated queries ${querySpeedUp.toFixed(0)}x as fast (promised: 10x)`,
    `after a restart:  repeated queries ${restartQuerySpeedUp.toFixed(0)}x as fast`,
    `recomputation:    ${(100 * recomputationSaved).toFixed(0)} % less (promised: 70 %); ${describeSaved(result.saved)}`,
    "",
    "Next:",
    `  npm start -- search "a rabbit yawns in the sun" --tenant acme${same}`,
    `  npm start -- ingest YOUR_FILM.mp4 --tenant acme${same}`,
    `  npm run cache -- ls --tenant acme${same}`,
  ].join("\n");
}
