import { describeDemo, runDemo } from "../demo/demo.ts";
import type { CommandContext, CommonOptions } from "./command-context.ts";

/** The demo: ingests the sample for two tenants and searches it, three times. */
export async function demoCommand(context: CommandContext, options: CommonOptions): Promise<void> {
  const { progress, signal, app, write } = context;
  const result = await runDemo({ ...app, config: options.config, progress, signal });
  if (options.json !== true) return write(`${describeDemo(result, options.config)}\n`);
  const passes = result.passes.map(({ report, ...pass }) => ({
    ...pass,
    artefacts: report.rows(),
  }));
  write(`${JSON.stringify({ ...result, passes }, undefined, 2)}\n`);
}
