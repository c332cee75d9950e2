import { setTimeout as pause } from "node:timers/promises";
import { seededRandom } from "@cogniverse/testkit";
import { silentLogger } from "@cogniverse/core";
import { createCache } from "../../src/index.ts";
import { DrawnCalls } from "./drawn-calls.ts";
import { ParentLink } from "./parent-link.ts";
import { SoakCaller } from "./soak-caller.ts";
import type { SoakSpec } from "./soak-words.ts";

// Only SoakNode starts this, and says it so.
const spec = JSON.parse(process.argv[2] ?? "") as SoakSpec;
const stopped = new AbortController();
const link = new ParentLink(spec.epoch, () => stopped.abort());
// The terminal sends it to the whole group; the process that started this one says what to do.
process.on("SIGINT", () => undefined);
process.once("disconnect", () => process.exit(1));

const cache = await createCache({ config: { caching: spec.caching }, logger: silentLogger });
const caller = new SoakCaller(cache, link);
link.tell({ ready: true });
const loops = [
  ...loopsOf(spec.readers, spec.readMs, 0, (draw) => caller.read(draw.read())),
  ...loopsOf(spec.writers, spec.writeMs, spec.readers, (draw) => caller.write(draw.write())),
];
await Promise.all(loops);
link.flush();
link.tell({ stopped: true });
process.removeAllListeners("disconnect");
await cache.close();
process.disconnect();

/** So many at a time, each with its own random numbers. */
function loopsOf(
  count: number,
  restMs: number,
  first: number,
  call: (draw: DrawnCalls) => Promise<void>,
): readonly Promise<void>[] {
  return Array.from({ length: count }, async (_, i) => {
    const draw = new DrawnCalls(seededRandom(spec.seed + first + i));
    while (!stopped.signal.aborted) {
      await call(draw);
      await pause(draw.rest(restMs));
    }
  });
}
