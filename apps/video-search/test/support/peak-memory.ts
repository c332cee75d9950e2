import { extractKeyframes } from "../../src/media/keyframes.ts";

// node test/support/peak-memory.ts FILE: key frames found and the most memory ever held, as JSON.
const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("usage: peak-memory.ts FILE");
let keyframes = 0;
const startedAt = performance.now();
for await (const _ of extractKeyframes(path)) keyframes++;
const elapsedMs = Math.round(performance.now() - startedAt);
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ keyframes, elapsedMs, peakBytes }));
