// npm run test:mutants [-- --only ID --jobs N --list --json]: takes each protection out of a copy of the
// sources and shows that the test which is about it goes red. Exit code 1 where one does not.
import { Failure } from "./bootstrap/failure.mjs";
import { main } from "./bootstrap/main.mjs";
import { prepareWorkspace } from "./bootstrap/workspace.mjs";
import { parse, usage } from "./mutants/arguments.mjs";
import { resultLine, resultsJson, totalsOf } from "./mutants/report.mjs";
import { copies, redBefore, runMutants } from "./mutants/run-mutants.mjs";
import { mutants, selected } from "./mutants/table.mjs";

await main(async (progress, args) => {
  const { only, jobs, list, json, help } = parse(args);
  if (help) return say(usage);
  const chosen = only.length === 0 ? mutants : selected(only);
  if (list)
    return say(json ? JSON.stringify(chosen, null, 2) : chosen.map(({ id }) => id).join("\n"));
  await prepareWorkspace(progress);
  const folders = await progress.step("Copying the sources", () =>
    copies(Math.min(jobs, chosen.length)),
  );
  const wrong = await progress.step("Running the named tests of the sources as they are", (note) =>
    redBefore(folders[0] ?? "", chosen, note),
  );
  if (wrong.length > 0) throw new Failure(wrong.join("\n\n"));
  const startedAt = performance.now();
  let done = 0;
  const results = await progress.step(`Running ${chosen.length} mutants`, (note) =>
    runMutants(folders, chosen, (result) => {
      const line = `${++done}/${chosen.length} ${resultLine(result)}`;
      note(line);
      if (!json && !process.stderr.isTTY) process.stdout.write(`${line}\n`);
    }),
  );
  const totals = totalsOf(results, performance.now() - startedAt);
  if (json) say(resultsJson(results, totals));
  else {
    for (const result of results.filter(({ verdict }) => verdict !== "killed"))
      say(`\n${resultLine(result)}\n${result.why}`);
    say(`\n${totals.killed} of ${totals.total} mutants killed in ${totals.seconds} s.`);
  }
  return totals.killed === totals.total ? 0 : 1;
});

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
  return 0;
}
