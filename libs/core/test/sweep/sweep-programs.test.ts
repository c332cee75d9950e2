import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { Scope } from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { setUp, type Kind } from "../support/set-up.ts";

expectNoUnhandledRejections();

type Step = Readonly<
  { turns: number } & (
    | { do: "put"; key: string; tag: string }
    | { do: "invalidate"; scope: Scope }
    | { do: "sweep" }
  )
>;

const turns = fc.nat(4);
const key = fc.constantFrom("a/1", "a/2", "b/1");
const tag = fc.constantFrom("red", "blue");
const scope: fc.Arbitrary<Scope> = fc.oneof(
  key.map((value) => ({ kind: "key" as const, value })),
  fc.constant({ kind: "prefix" as const, value: "a/" }),
  tag.map((value) => ({ kind: "tag" as const, value })),
  fc.constant({ kind: "tenant" as const }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("put" as const), key, tag, turns }),
  fc.record({ do: fc.constant("invalidate" as const), scope, turns }),
  fc.record({ do: fc.constant("sweep" as const), turns }),
);
const kinds = fc.constantFrom<readonly Kind[]>(["memory"], ["entry"], ["memory", "entry"]);

/** Runs writes one after the other and sweeps beside them; answers what lives by a model without tiers, and what each tier holds. */
async function run(steps: readonly Step[], tiers: readonly Kind[]) {
  const it = setUp(Object.fromEntries(tiers.map((kind, i) => [`t${i}`, kind])));
  const living = new Map<string, string>();
  const sweeps: Promise<unknown>[] = [];
  for (const one of steps) {
    if (one.do === "sweep") sweeps.push(it.manager.sweep("acme"));
    else if (one.do === "put") {
      living.set(one.key, one.tag);
      await it.acme.put(one.key, 1, { tags: [one.tag] });
    } else {
      for (const [path, name] of living) {
        const isCovered = covers(one.scope, { kind: "key", value: path });
        if (isCovered || covers(one.scope, { kind: "tag", value: name })) living.delete(path);
      }
      await it.acme.invalidate(one.scope);
    }
    for (let n = one.turns; n > 0; n--) await Promise.resolve();
  }
  await Promise.all(sweeps);
  const beforeLast = await Promise.all(
    Object.values(it.backends).map((backend) => backend.listKeys("", "acme")),
  );
  await it.manager.sweep("acme");
  const afterLast = await Promise.all(
    Object.values(it.backends).map((backend) => backend.listKeys("", "acme")),
  );
  await it.manager.close();
  return { living: [...living.keys()].sort(), beforeLast, afterLast };
}

test("sweeps beside writes delete no living copy, and the last one leaves nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), kinds, async (steps, tiers) => {
      const { living, beforeLast, afterLast } = await run(steps, tiers);
      for (const held of beforeLast) expect(held).toEqual(expect.arrayContaining(living));
      for (const held of afterLast) expect(held).toEqual(living);
    }),
    { numRuns: 1000 },
  );
}, 60_000);
