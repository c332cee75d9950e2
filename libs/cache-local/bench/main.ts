import { run } from "./read-speed.ts";

console.table(await run({ quick: process.argv.includes("--quick") }));
