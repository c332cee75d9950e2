import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes of the heap that are still reachable. Takes tens of milliseconds. */
export async function heapBytes(): Promise<number> {
  const collect = collector();
  for (let pass = 0; pass < 3; pass++) {
    collect();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}

/** Frees what was made lately and is not reachable, and leaves compiled code as it is. Takes about a millisecond. */
export function collectYoung(): void {
  collector()({ type: "minor" });
}

function collector(): NodeJS.GCFunction {
  setFlagsFromString("--expose-gc");
  // The engine's own function.
  return runInNewContext("gc") as NodeJS.GCFunction;
}
