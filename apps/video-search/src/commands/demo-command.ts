import { App } from "../app.ts";
import { describeDemo, runDemo, type DemoResult } from "../demo/demo.ts";
import { keepAsking } from "../demo/keep-asking.ts";
import type { CommandContext, CommonOptions } from "./command-context.ts";

/** Options of `demo`. */
export interface DemoCommandOptions extends CommonOptions {
  /** Minutes. */
  readonly for?: number;
}

/** The demo: ingests the sample for two tenants and searches it, three times; then for so many minutes again and again. */
export async function demoCommand(
  context: CommandContext,
  options: DemoCommandOptions,
): Promise<void> {
  const { progress, signal, app, write } = context;
  const { config, for: minutes = 0 } = options;
  const result = await runDemo({ ...app, config, progress, signal });
  write(`${options.json === true ? asJson(result) : describeDemo(result, config)}\n`);
  if (minutes === 0) return;
  await using opened = await App.open({ ...app, config });
  await keepAsking(opened, { forMs: minutes * MINUTE_MS, progress, signal });
  progress.stop();
}

const MINUTE_MS = 60_000;

function asJson(result: DemoResult): string {
  const passes = result.passes.map(({ report, ...pass }) => ({
    ...pass,
    artefacts: report.rows(),
  }));
  return JSON.stringify({ ...result, passes }, undefined, 2);
}
