import { App } from "../app.ts";
import type { Strategy } from "../agent/strategy.ts";
import type { SearchAnswer } from "../agent/video-search-agent.ts";
import { time } from "../demo/report-table.ts";
import { describeSaved, savedCompute, type SavedCompute } from "../telemetry/saved-compute.ts";
import { sameConfig, type CommandContext, type CommonOptions } from "./command-context.ts";

/** Options of `search`. */
export interface SearchCommandOptions extends CommonOptions {
  readonly tenant: string;
  readonly strategy: Strategy;
  readonly topK: number;
  readonly video?: readonly string[];
  readonly from?: number;
  readonly to?: number;
}

/** Asks for moments and prints them, best first. */
export async function searchCommand(
  context: CommandContext,
  query: string,
  options: SearchCommandOptions,
): Promise<void> {
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
  const saved = await savedCompute(app.cache, [options.tenant]);
  if (options.json === true)
    return context.write(`${JSON.stringify({ ...answer, saved }, undefined, 2)}\n`);
  context.write(describeAnswer({ ...answer, saved }, options));
}

type ReportedAnswer = SearchAnswer & Readonly<{ saved: SavedCompute }>;

function describeAnswer(
  { hits, from, ms, saved }: ReportedAnswer,
  options: SearchCommandOptions,
): string {
  const { tenant } = options;
  const lines = hits.map(
    (hit, i) =>
      `${i + 1}. ${hit.title} at ${(hit.timestampMs / 1000).toFixed(1)} s  ${hit.score.toFixed(2)}  ${hit.snippet}\n` +
      `   ${hit.why.join("; ")}  (${hit.video.slice(0, SHORT_ID)}@${hit.timestampMs})`,
  );
  if (lines.length === 0)
    lines.push(
      `Nothing found in the films of tenant ${tenant}. To add one: npm start -- ingest FILE --tenant ${tenant}${sameConfig(options)}`,
    );
  const worth = saved.computeSeconds > 0 ? `; ${describeSaved(saved)}` : "";
  const source = from === "computed" ? "computed" : `from the tier ${from}`;
  return `${lines.join("\n")}\n${source} in ${time(ms)}${worth}\n`;
}

/** So much of a film's id is shown where a person reads; it finds the film again. */
const SHORT_ID = 12;
