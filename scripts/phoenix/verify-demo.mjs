import { Failure } from "../bootstrap/failure.mjs";
import { documentedFilters } from "./documented-filters.mjs";
import { until } from "./phoenix-project.mjs";

/** What a person opens: a cold search, from the question to the model. */
const chain = ["search", "cache.get", "cache.compute", "retrieve", "embed"];

/**
 * Waits until Phoenix has filed the demo, and sees to it that the tree and every documented filter are there.
 *
 * @param {import("./phoenix-project.mjs").PhoenixProject} project
 * @param {(chunk: string) => void} note takes what is being looked for
 * @returns {Promise<{ spans: number, trace: string }>} the trace of a cold search
 */
export async function verifyDemo(project, note) {
  const spanFilters = documentedFilters("Spans tab");
  for (const { expression } of spanFilters) {
    note(expression);
    await until(`span with ${expression}`, async () => (await project.count(expression)) > 0);
  }
  for (const { expression } of documentedFilters("Traces tab"))
    await until(`trace with ${expression}`, () => project.hasTrace(expression));
  const cold = await project.spans("name=search&attribute=cache.hit:miss");
  for (const { context } of cold) {
    const spans = await project.spans(`trace_id=${context.trace_id}`);
    if (hasChain(spans, context.span_id, chain.slice(1)))
      return { spans: await project.count(""), trace: context.trace_id };
  }
  throw new Failure(`No trace in Phoenix goes ${chain.join(" -> ")}.`);
}

/**
 * @param {readonly import("./phoenix-project.mjs").TracedSpan[]} spans
 * @param {string} parent
 * @param {readonly string[]} names
 * @returns {boolean}
 */
function hasChain(spans, parent, [name, ...rest]) {
  if (name === undefined) return true;
  return spans.some(
    (span) =>
      span.parent_id === parent &&
      span.name === name &&
      hasChain(spans, span.context.span_id, rest),
  );
}
