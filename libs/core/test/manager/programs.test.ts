import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { CacheProgram, type Step } from "../support/cache-program.ts";

expectNoUnhandledRejections();

const KEYS = ["a/1", "a/2", "a/b/3", "c/4"] as const;
const TAGS = ["red", "blue"] as const;
const key = fc.constantFrom(...KEYS);
const tag = fc.constantFrom(...TAGS);

const invalidation = fc.record({
  do: fc.constant("invalidate" as const),
  scope: fc.oneof(
    key.map((value) => ({ kind: "key" as const, value })),
    fc.constantFrom("a/", "a/b/", "c/").map((value) => ({ kind: "prefix" as const, value })),
    tag.map((value) => ({ kind: "tag" as const, value })),
    fc
      .constantFrom("a/*", "**", "*/{1,4}", "a/**")
      .map((value) => ({ kind: "glob" as const, value })),
    fc.constant({ kind: "tenant" as const }),
  ),
  mode: fc.constantFrom("hard" as const, "soft" as const),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("get" as const, "getOrCompute" as const), key }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("getOrCompute" as const),
      key,
      tag,
      slow: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("put" as const, "refresh" as const), key, tag }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), key }) },
  { weight: 2, arbitrary: invalidation },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      tier: fc.nat(3),
      fault: fc.constantFrom("fail" as const, "lose" as const, "damage" as const, "late" as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "settle" as const }) },
);

const program = fc.record({
  kinds: fc.array(fc.constantFrom("memory" as const, "entry" as const, "six" as const), {
    minLength: 1,
    maxLength: 4,
  }),
  small: fc.boolean(),
  seed: fc.nat(),
  steps: fc.array(step, { maxLength: 25 }),
});

test("a hit is the value of the last completed write, or of one that was running; never one invalidated before the read began", async () => {
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(program, async ({ steps, ...setting }) => {
      const run = new CacheProgram(setting);
      for (const each of steps) await run.step(each);
      await run.end();
      hits += run.hits;
      expect(run.wrong).toEqual([]);
    }),
    { numRuns: 2500 },
  );
  expect(hits).toBeGreaterThan(5000);
}, 60_000);
