import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes of the heap that are still reachable. Takes tens of milliseconds. */
export async function heapBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  for (let pass = 0; pass < 3; pass++) {
    if (typeof collect === "function") collect();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}
