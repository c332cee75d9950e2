import * as z from "zod";
import type { PolicyConfig } from "./cache-config.ts";

const wholeBytes = z.int().nonnegative();

const policyOptions = {
  ttl: z
    .number()
    .positive()
    .nullable()
    .optional()
    .describe("Seconds > 0; null = never expires; left out = each tier's own default."),
  demote: z
    .boolean()
    .optional()
    .describe("What a bounded tier evicts moves to the next tier of this policy. Default false."),
  compress_above_bytes: z
    .union([wholeBytes, z.literal(false)], {
      error: "a whole number of bytes, at least 0, or false",
    })
    .optional()
    .describe(
      "Compress JSON and plain bytes of at least this many bytes with zstd; false = never. Default 4096.",
    ),
  max_value_bytes: z
    .int()
    .positive()
    .optional()
    .describe("Larger values are returned but not stored. Default: no limit."),
  copy_on_read: z
    .boolean()
    .optional()
    .describe("Give each caller its own copy of a binary value. Default false: values are shared."),
  writes: z
    .enum(["awaited", "background"])
    .optional()
    .describe("Return a computed value after the tiers took it, or at once. Default awaited."),
};

/** The properties of a policy that are not tiers; no tier may have one of these names. */
export const POLICY_OPTIONS: readonly string[] = Object.keys(policyOptions);

/** Every property beside the options is a tier's name and true or false. */
export const policySchema: z.ZodType<PolicyConfig> = z
  .object(policyOptions)
  .catchall(z.boolean())
  .describe("How a family's entries are kept. Other properties: tier name to true or false.");
