// npm run check [-- STEP...]: everything but the tests. Without names all steps run, also after one failed.
import { main } from "./bootstrap/main.mjs";
import { Failure } from "./bootstrap/failure.mjs";
import { prepareWorkspace } from "./bootstrap/workspace.mjs";
import { checkSteps } from "./check/steps.mjs";
import { forgetTotals, saveTotals } from "./results/result-files.mjs";

await main(async (progress, names) => {
  forgetTotals("check");
  const unknown = names.filter((name) => !checkSteps.some((step) => step.name === name));
  if (unknown.length > 0) {
    const known = checkSteps.map((step) => step.name).join(", ");
    throw new Failure(`No such step: ${unknown.join(", ")}. There are: ${known}.`);
  }
  await prepareWorkspace(progress);
  const steps = checkSteps.filter((step) => names.length === 0 || names.includes(step.name));
  /** @type {string[]} */
  const failed = [];
  for (const { name, title, run } of steps) {
    try {
      await progress.step(`${name}: ${title}`, (note) => run(note));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failed.push(name);
      process.stderr.write(`${error.message}\n\n`);
    }
  }
  saveTotals("check", { passed: steps.length - failed.length, failed: failed.length, skipped: 0 });
  const verdict = failed.length === 0 ? "all good" : `failed: ${failed.join(", ")}`;
  process.stdout.write(`check: ${steps.length} steps, ${verdict}\n`);
  return failed.length === 0 ? 0 : 1;
});
