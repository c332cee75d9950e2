import type { Strategy } from "../agent/strategy.ts";

/** What the demo asks, twice for some, as people do. Moments that look like the first one of the film are asked for too. */
export const DEMO_QUERIES: readonly Readonly<{ query: string; strategy: Strategy }>[] = [
  { query: "a rabbit yawns in the sun", strategy: "text" },
  { query: "burrow under a hill", strategy: "transcript" },
  { query: "large bird or animal on the grass", strategy: "text" },
  { query: "stretching both arms", strategy: "transcript" },
  { query: "rocks", strategy: "text" },
];
