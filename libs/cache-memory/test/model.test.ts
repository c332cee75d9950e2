import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { MemoryOptions } from "../src/index.ts";
import { KEYS, TENANTS, TierBesideModel, type Step } from "./tier-beside-model.ts";

const place = {
  tenantId: fc.constantFrom(...TENANTS),
  key: fc.constantFrom(...KEYS),
};
const content = {
  length: fc.constantFrom(0, 10, 500, 3_000),
  asOf: fc.nat(4),
  ttl: fc.constantFrom(null, 1, 3),
};
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("insert", "put-entry", "put-if-absent", "put-not-newer"),
      ...place,
      ...content,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("delete", "delete-by-etag", "delete-by-old-etag", "drop", "hit"),
      ...place,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.constantFrom(500, 2_000) }) },
);
const limits: fc.Arbitrary<MemoryOptions> = fc.record({
  maxBytes: fc.constantFrom(4_000, 8_000, 50_000),
  maxEntries: fc.constantFrom(1, 3, 8),
  maxValueShare: fc.constantFrom(0.3, 1),
  maxTenantShare: fc.constantFrom(0.5, 1),
});

test("any program leaves what the model says: last write wins, accounts are exact, bounds hold, each eviction is told once", async () => {
  const runs = fc.assert(
    fc.asyncProperty(limits, fc.array(step, { maxLength: 60 }), async (options, steps) => {
      const pair = new TierBesideModel(options);
      for (const one of steps) await pair.run(one);
    }),
    { numRuns: 300 },
  );
  await expect(runs).resolves.toBeUndefined();
}, 60_000);
