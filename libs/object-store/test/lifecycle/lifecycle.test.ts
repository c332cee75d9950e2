import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  describeRule,
  lifecycleProblems,
  lifecycleRules,
  mergeLifecycle,
  ObjectLayout,
  ownsRuleId,
  ownsRulePrefix,
  ruleFor,
  type LifecycleForm,
  type LifecycleOption,
  type LifecycleRule,
} from "../../src/index.ts";

const classes = ["GLACIER", "STANDARD_IA", "DEEP_ARCHIVE"];
const transition = fc.record({
  transition_days: fc.integer({ min: 1, max: 400 }),
  storage_class: fc.constantFrom(...classes),
});
const options: fc.Arbitrary<readonly LifecycleOption[]> = fc
  .array(fc.oneof(transition, fc.record({ expiration_days: fc.integer({ min: 1, max: 900 }) })))
  .filter((lines) => lifecycleProblems(lines).length === 0);
const layout = fc.constantFrom("", "a/", "b/", "a/b/").map((prefix) => new ObjectLayout(prefix));

/** A service whose rules are as ours, with or without ids. */
type ServiceRule = Readonly<{ id?: string; prefix: string; rule?: LifecycleRule; note?: string }>;

function withIds(of: ObjectLayout): LifecycleForm<ServiceRule> {
  return {
    read: ({ id = "", rule, note = "" }) =>
      ownsRuleId(of, id) ? { id, text: rule ? describeRule(rule) : note } : undefined,
    write: (rule) => ({ id: rule.id, prefix: rule.prefix, rule }),
  };
}

function withoutIds(of: ObjectLayout): LifecycleForm<ServiceRule> {
  return {
    read: ({ prefix, rule }) =>
      rule && ownsRulePrefix(of, prefix)
        ? { id: ruleFor(of, prefix, rule.action).id, text: describeRule(rule) }
        : undefined,
    write: (rule) => ({ prefix: rule.prefix, rule }),
  };
}

const foreign: fc.Arbitrary<ServiceRule> = fc.constantFrom(
  { id: "keep-logs", prefix: "logs/", note: "x" },
  { id: "cogniverse-cachet", prefix: "", note: "y" },
  { prefix: "other/", note: "z" },
);

describe.each([
  ["rules with ids", withIds],
  ["rules without ids", withoutIds],
] as const)("merging %s", (_name, formOf) => {
  test("leaves others' rules as they are, and is done after one time", () => {
    fc.assert(
      fc.property(layout, fc.array(foreign), options, options, (of, others, before, after) => {
        const form = formOf(of);
        const first = mergeLifecycle(others, lifecycleRules(of, before), form);
        const second = mergeLifecycle(first.rules, lifecycleRules(of, after), form);
        expect(second.rules.filter((rule) => form.read(rule) === undefined)).toEqual(others);
        const own = second.rules.flatMap((rule) => form.read(rule) ?? []);
        const wanted = lifecycleRules(of, after);
        expect(new Map(own.map(({ id, text }) => [id, text]))).toEqual(
          new Map(wanted.map((rule) => [rule.id, describeRule(rule)])),
        );
        expect(own).toHaveLength(wanted.length);
        const again = mergeLifecycle(second.rules, wanted, form);
        expect([again.changes, again.rules]).toEqual([[], second.rules]);
      }),
    );
  });

  test("deployments in one bucket do not take each other's rules for theirs", () => {
    fc.assert(
      fc.property(layout, layout, options, options, (a, b, ofA, ofB) => {
        fc.pre(a.prefix !== b.prefix);
        const first = mergeLifecycle<ServiceRule>([], lifecycleRules(a, ofA), formOf(a)).rules;
        const both = mergeLifecycle(first, lifecycleRules(b, ofB), formOf(b));
        expect(both.rules.slice(0, first.length)).toEqual(first);
        expect(mergeLifecycle(both.rules, lifecycleRules(a, ofA), formOf(a)).changes).toEqual([]);
        expect(both.changes.every(({ action }) => action === "add")).toBe(true);
      }),
    );
  });
});

describe("the rules of the original configuration", () => {
  const of = new ObjectLayout();
  const lines = [{ transition_days: 30, storage_class: "GLACIER" }, { expiration_days: 365 }];
  const rules = lifecycleRules(of, lines);

  test("touch entries and uploads, never the log", () => {
    expect(rules.map((rule) => [rule.id, describeRule(rule)])).toEqual([
      ["cogniverse-cache/transition-glacier", "tenants/* after 30 days: to GLACIER"],
      ["cogniverse-cache/expiration", "tenants/* after 365 days: expire"],
      ["cogniverse-cache/abort-multipart", "tenants/* after 1 days: abort multipart uploads"],
      [
        "cogniverse-cache/uploads-abort-multipart",
        "uploads/* after 1 days: abort multipart uploads",
      ],
      ["cogniverse-cache/uploads-expiration", "uploads/* after 1 days: expire"],
    ]);
    expect(rules.some(({ prefix }) => of.logHead.startsWith(prefix))).toBe(false);
  });

  test("show as a diff, one line a change", () => {
    const form = withIds(of);
    const { rules: there } = mergeLifecycle<ServiceRule>([], rules, form);
    const wanted = lifecycleRules(of, [{ expiration_days: 90 }]);
    expect(mergeLifecycle(there, wanted, form).changes).toEqual([
      {
        what: "lifecycle rule cogniverse-cache/transition-glacier",
        action: "remove",
        before: "tenants/* after 30 days: to GLACIER",
      },
      {
        what: "lifecycle rule cogniverse-cache/expiration",
        action: "change",
        before: "tenants/* after 365 days: expire",
        after: "tenants/* after 90 days: expire",
      },
    ]);
  });

  test("are refused where they contradict each other", () => {
    expect(
      lifecycleProblems([
        { expiration_days: 10 },
        { transition_days: 10, storage_class: "GLACIER" },
        { expiration_days: 20 },
      ]),
    ).toEqual([
      { index: 1, message: "entries have expired after 10 days, before this" },
      { index: 2, message: "expiration_days is said twice; the first is number 1" },
    ]);
  });
});
