import type { ObjectLayout } from "@cogniverse/object-store";
import type { PlannedChange } from "@cogniverse/sdk";
import type { LifecycleRule } from "../options/gcs-options.ts";

/** One rule of a bucket's lifecycle, as the JSON API has it. */
export type BucketRule = Readonly<{
  action: Readonly<{ type: string; storageClass?: string }>;
  condition: Readonly<{ age?: number; matchesPrefix?: readonly string[] }>;
}>;

/** How long bytes wait whose upload was never finished. */
const UPLOAD_DAYS = 1;

/** The rules that the configuration asks for: what it says of entries, and that what a killed process left of an upload goes. */
export function wantedRules(
  rules: readonly LifecycleRule[],
  layout: ObjectLayout,
): readonly BucketRule[] {
  const entries = [layout.tenants];
  return [
    ...rules.map((rule) =>
      "expiration_days" in rule
        ? {
            action: { type: "Delete" },
            condition: { age: rule.expiration_days, matchesPrefix: entries },
          }
        : {
            action: { type: "SetStorageClass", storageClass: rule.storage_class },
            condition: { age: rule.transition_days, matchesPrefix: entries },
          },
    ),
    {
      action: { type: "Delete" },
      condition: { age: UPLOAD_DAYS, matchesPrefix: [layout.uploads] },
    },
  ];
}

/** What `merged` would make of a bucket's rules, and what that changes. */
export type LifecyclePlan = Readonly<{
  merged: readonly BucketRule[];
  changes: readonly PlannedChange[];
}>;

/**
 * Puts the wanted rules in the place of ours and leaves all others as they are. Rules have no names here: ours are those that match
 * nothing but the prefixes of our own entries and uploads.
 */
export function planLifecycle(
  present: readonly BucketRule[],
  wanted: readonly BucketRule[],
  layout: ObjectLayout,
): LifecyclePlan {
  const ours = present.filter((rule) => isOurs(rule, layout));
  const foreign = present.filter((rule) => !isOurs(rule, layout));
  const changes = changesBetween(ours, wanted);
  return { merged: [...foreign, ...wanted], changes };
}

function isOurs({ condition }: BucketRule, layout: ObjectLayout): boolean {
  const prefixes = condition.matchesPrefix ?? [];
  const own = [layout.tenants, layout.uploads];
  return prefixes.length > 0 && prefixes.every((prefix) => own.includes(prefix));
}

function changesBetween(
  before: readonly BucketRule[],
  after: readonly BucketRule[],
): readonly PlannedChange[] {
  const gone = before.filter((rule) => !after.some((other) => isSame(rule, other)));
  const added = after.filter((rule) => !before.some((other) => isSame(rule, other)));
  const changes: PlannedChange[] = [];
  for (const rule of added) {
    const at = gone.findIndex((other) => nameOf(other) === nameOf(rule));
    const [old] = at < 0 ? [] : gone.splice(at, 1);
    changes.push(
      old === undefined
        ? { what: nameOf(rule), action: "add", after: daysOf(rule) }
        : { what: nameOf(rule), action: "change", before: daysOf(old), after: daysOf(rule) },
    );
  }
  const removed = gone.map((rule): PlannedChange => ({
    what: nameOf(rule),
    action: "remove",
    before: daysOf(rule),
  }));
  return [...changes, ...removed];
}

function isSame(one: BucketRule, other: BucketRule): boolean {
  return canonical(one) === canonical(other);
}

function canonical({ action, condition }: BucketRule): string {
  const conditions = Object.entries(condition).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([action.type, action.storageClass ?? "", conditions]);
}

function nameOf({ action, condition }: BucketRule): string {
  const does =
    action.storageClass === undefined ? action.type : `${action.type} ${action.storageClass}`;
  return `lifecycle rule ${does} for ${(condition.matchesPrefix ?? []).join(", ")}`;
}

function daysOf({ condition }: BucketRule): string {
  const { age, matchesPrefix: _, ...others } = condition;
  const more = Object.keys(others).length === 0 ? "" : ` and ${JSON.stringify(others)}`;
  return `after ${age ?? "any number of"} days${more}`;
}
