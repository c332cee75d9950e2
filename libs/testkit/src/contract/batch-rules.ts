import { deepEqual, equal } from "node:assert/strict";
import { CacheError, isUnreadable } from "@cogniverse/sdk";
import type { Rule } from "./rule.ts";
import { fill } from "./listing-rules.ts";

/** `batch`. */
export function batchRules(rule: Rule): void {
  rule("a batch answers each key in its place", async ({ backend }) => {
    const keys = await fill(backend, 300);
    const asked = [...keys.toReversed(), "none", keys[0] ?? "", "k/"];
    const answers = (await backend.batch?.getEntries(asked, "t")) ?? [];
    equal(answers.length, asked.length);
    const hits = answers.map((a) =>
      a === undefined || CacheError.isInstance(a) || isUnreadable(a)
        ? undefined
        : a.data.byteLength,
    );
    deepEqual(
      hits,
      asked.map((key) => (keys.includes(key) ? 20 : undefined)),
    );
    deepEqual(await backend.batch?.getEntries([], "t"), []);
    deepEqual(await backend.batch?.getEntries(["k/0"], "u"), [undefined]);
  });
}
