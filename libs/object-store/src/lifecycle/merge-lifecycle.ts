import type { PlannedChange } from "@cogniverse/sdk";
import { describeRule, type LifecycleRule } from "./lifecycle-rules.ts";

/** How a service writes its rules. */
export interface LifecycleForm<R> {
  /** The id of a rule of this deployment, and what it says; `undefined`: a rule of somebody else. */
  read(rule: R): Readonly<{ id: string; text: string }> | undefined;
  write(rule: LifecycleRule): R;
}

/** All rules that the bucket should have, and how that differs from what it has. */
export type MergedLifecycle<R> = Readonly<{
  rules: readonly R[];
  changes: readonly PlannedChange[];
}>;

/**
 * Puts the wanted rules among those that a bucket has. Rules of others stay as they are and in their order; ours are changed in place, removed where
 * they are wanted no more, and added at the end. No changes: nothing is to be sent. `text` of a rule that says what is wanted is what
 * {@link describeRule} gives for it.
 */
export function mergeLifecycle<R>(
  existing: readonly R[],
  wanted: readonly LifecycleRule[],
  form: LifecycleForm<R>,
): MergedLifecycle<R> {
  const missing = new Map(wanted.map((rule) => [rule.id, rule]));
  const changes: PlannedChange[] = [];
  const kept = existing.flatMap((rule) => {
    const own = form.read(rule);
    if (own === undefined) return [rule];
    const target = missing.get(own.id);
    missing.delete(own.id);
    const what = `lifecycle rule ${own.id}`;
    if (target === undefined) {
      changes.push({ what, action: "remove", before: own.text });
      return [];
    }
    const after = describeRule(target);
    if (after === own.text) return [rule];
    changes.push({ what, action: "change", before: own.text, after });
    return [form.write(target)];
  });
  for (const rule of missing.values())
    changes.push({ what: `lifecycle rule ${rule.id}`, action: "add", after: describeRule(rule) });
  return { rules: [...kept, ...[...missing.values()].map((rule) => form.write(rule))], changes };
}
