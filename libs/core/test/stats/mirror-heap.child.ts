// Prints what a mirror of so many scopes takes on the heap and what it says it takes; to be run with --expose-gc.
import { toPosition } from "@cogniverse/sdk";
import { Mirror } from "../../src/invalidation/mirror.ts";

const SCOPES = 100_000;
const SHAPES: Readonly<Record<string, (i: number) => string>> = {
  flat: (i) => `notes/${i}`,
  frames: (i) => `frames/video-${i % 1000}/frame_${i}.jpg`,
  deep: (i) => `embeddings/model/video-${i}/metadata.json`,
};

function heapNow(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const results = Object.entries(SHAPES).map(([shape, path]) => {
  const before = heapNow();
  const mirror = new Mirror();
  for (let i = 0; i < SCOPES; i++) {
    // As a log gives it: text of its own, not a view on another string.
    const value = JSON.parse(JSON.stringify(path(i))) as string;
    const scope = { kind: "key" as const, value };
    mirror.apply({
      position: toPosition(i + 1),
      tenantId: "t",
      scope,
      mode: "hard",
      at: 0,
      node: "n",
    });
  }
  const real = heapNow() - before;
  return { shape, real, told: mirror.size().bytes };
});
process.stdout.write(JSON.stringify(results));
