import * as z from "zod";
import type { SweepConfig } from "./cache-config.ts";

/** Six hours, in seconds. */
export const DEFAULT_SWEEP_INTERVAL = 21_600;
/** 14 days: no timer can be set much longer. */
const LONGEST_INTERVAL = 1_209_600;

/** `caching.sweep`. */
export const sweepSchema: z.ZodType<SweepConfig> = z
  .strictObject({
    interval: z
      .number()
      .positive()
      .max(LONGEST_INTERVAL)
      .optional()
      .describe(
        "Seconds from the end of one round to the next, a tenth more or less. Default 21600.",
      ),
    rate: z
      .number()
      .positive()
      .optional()
      .describe("Copies that are looked at in a second, at most. Default 500."),
  })
  .describe(
    "Deletes in the background what invalidations have killed. Left out: only `cogniverse-cache sweep` and cache.sweep() do.",
  );
