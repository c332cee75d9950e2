import * as z from "zod";
import type { CacheConfig } from "./cache-config.ts";
import { policySchema } from "./policy-schema.ts";
import { pricesSchema } from "./prices-schema.ts";
import { sweepSchema } from "./sweep-schema.ts";
import { telemetrySchema } from "./telemetry-schema.ts";

/** What a tier may be called: a letter, then letters, digits, `_` and `-`. */
export const TIER_NAME: RegExp = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** A node serves for 0.98 D - 50 ms after a read of the log: below this too little of it would be left. */
const SHORTEST_LEASE_MS = 100;
/** Ten minutes: nobody waits longer for an acknowledgement. */
const LONGEST_LEASE_MS = 600_000;

const tier = z
  .strictObject({
    backend: z
      .string()
      .min(1)
      .describe("memory, local, or the name of a package that exports a backend module."),
    config: z
      .record(z.string(), z.unknown())
      .nullable()
      .optional()
      .describe("The backend's own options."),
    time_limit_ms: z
      .number()
      .positive()
      .optional()
      .describe(
        "A call that takes longer counts as failed. Default: none in the process, 2000 on this machine, 5000 over a network.",
      ),
    breaker_failures: z
      .int()
      .positive()
      .optional()
      .describe("So many failures in a row open the breaker: the tier is left out. Default 5."),
    breaker_pause_ms: z
      .number()
      .positive()
      .optional()
      .describe("How long an open breaker waits before it lets one call probe. Default 1000."),
  })
  .describe("A backend at a place in the order of tiers.");

const policies = z.record(z.string(), policySchema);

const keyType = z.strictObject({
  template: z.string().min(1).describe("Such as thumbnails/{video}/{index}.jpg"),
  codec: z.enum(["json", "bytes", "npy", "npz", "jpg"]),
  version: z
    .int()
    .positive()
    .optional()
    .describe("Raise it when the content's form changes: versions never meet. Default 1."),
  immutable: z
    .boolean()
    .optional()
    .describe("The content is in the key, so it never changes. Default false."),
});

const coherence = z
  .strictObject({
    lease_ms: z
      .int()
      .min(SHORTEST_LEASE_MS)
      .max(LONGEST_LEASE_MS)
      .optional()
      .describe(
        "Over a network: a node that could not read the invalidation log for so long serves nothing, and an invalidation is acknowledged at the latest after it. Default 5000.",
      ),
  })
  .describe("How nodes agree on what was invalidated.");

const caching = z.strictObject({
  enabled: z.boolean().optional().describe("false gives a cache that only computes. Default true."),
  tiers: z
    .record(z.string().regex(TIER_NAME), tier)
    .optional()
    .describe("Fastest first, by name; memory, hot, warm and cold keep that order."),
  policies: policies.optional().describe("By family: the first segment of a key."),
  default_policy: policySchema
    .optional()
    .describe("For families without a policy, and for what their policy leaves out."),
  key_types: z
    .array(keyType)
    .optional()
    .describe("Key types beside the built-in ones: what string keys find their codec by."),
  tenants: z
    .record(z.string(), z.strictObject({ policies: policies.optional() }))
    .optional()
    .describe("What differs for one tenant, by its id."),
  background_limit: z
    .int()
    .positive()
    .optional()
    .describe("At most so many promotions, demotions and deletions at a time. Default 64."),
  coherence_wait_ms: z
    .number()
    .nonnegative()
    .optional()
    .describe("How long a read waits for the invalidation log before it computes. Default 1000."),
  coherence: coherence.optional(),
  sweep: sweepSchema.optional(),
  prices: pricesSchema.optional(),
});

/** The whole file. Every other form of it (types, JSON Schema) is checked against or made from this one. */
export const configSchema: z.ZodType<CacheConfig> = z
  .strictObject({ caching, telemetry: telemetrySchema.optional() })
  .describe("Configuration of a Cogniverse cache");
