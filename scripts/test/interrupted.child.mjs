// Runs a child that would never end, and that tells its process id.
import { exitOnInterrupt, run } from "../bootstrap/children.mjs";

const endless = "process.stdout.write(`${process.pid}\\n`); setInterval(() => {}, 60_000)";

exitOnInterrupt(() => process.stdout.write("cleared\n"));
await run(process.execPath, ["--eval", endless]);
process.stdout.write("went on\n");
