import * as z from "zod";
import type { PricesConfig } from "./telemetry-section.ts";

const price = z.number().nonnegative();
const byTier = z.record(z.string(), price).optional();

/** `caching.prices`. */
export const pricesSchema: z.ZodType<PricesConfig> = z
  .strictObject({
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, { error: "three capital letters, such as USD" })
      .describe("Three letters, such as USD."),
    compute_second: z
      .union([price, z.record(z.string(), price)], {
        error: "a number, at least 0, or a map from families to such numbers",
      })
      .optional()
      .describe(
        "Of one second of compute: for all, or by family with `default` for the others. Default 0.",
      ),
    request: byTier.describe("Of one call, by tier."),
    gib_month: byTier.describe("Of one GiB kept for a month, by tier."),
  })
  .describe("What things cost, so that what hits saved is told in money.");
