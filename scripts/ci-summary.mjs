// Last step of .ci/run: adds up what `npm run check` and `npm test` left behind.
import { savedTotals } from "./results/result-files.mjs";
import { ciTotals, totalsLine, whyNotGreen } from "./results/totals.mjs";

const totals = ciTotals({ check: savedTotals("check"), test: savedTotals("test") });
process.stdout.write(`${totalsLine(totals)}\n`);
process.exitCode = whyNotGreen(totals, { ci: true }) ? 1 : 0;
