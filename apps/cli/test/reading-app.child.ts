import { createInterface } from "node:readline";
import { setImmediate } from "node:timers/promises";
import { createCache } from "@cogniverse/runtime";

// An application with a memory tier. It reads one key without pause and answers each line of its input with what it reads then.
const configPath = process.env["COGNIVERSE_CACHE_CONFIG"] ?? "";
const KEY = "experiments/shared.json";
await using cache = await createCache({ configPath });
const ended = new AbortController();
const reading = readOn(ended.signal);
process.stdout.write("ready\n");
for await (const _ of createInterface({ input: process.stdin })) {
  const info = await cache.getWithInfo(KEY, "acme");
  process.stdout.write(
    `${JSON.stringify(info.hit ? { tier: info.tier, value: info.value } : null)}\n`,
  );
}
ended.abort();
await reading;

async function readOn(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await cache.get(KEY, "acme");
    await setImmediate();
  }
}
