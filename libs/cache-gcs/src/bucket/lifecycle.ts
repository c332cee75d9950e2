import {
  describeRule,
  lifecycleRules,
  mergeLifecycle,
  ownsRulePrefix,
  ruleFor,
  type LifecycleAction,
  type LifecycleForm,
  type LifecycleOption,
  type MergedLifecycle,
  type ObjectLayout,
} from "@cogniverse/object-store";

/** One rule of a bucket's lifecycle, as the JSON API has it. */
export type BucketRule = Readonly<{
  action: Readonly<{ type: string; storageClass?: string }>;
  condition: Readonly<{ age?: number; matchesPrefix?: readonly string[] }>;
}>;

/** What the bucket's rules should become: ours as the configuration has them, all others as they are. */
export function plannedLifecycle(
  present: readonly BucketRule[],
  options: readonly LifecycleOption[],
  layout: ObjectLayout,
): MergedLifecycle<BucketRule> {
  return mergeLifecycle(present, lifecycleRules(layout, options), formFor(layout));
}

/** Rules have no names here: ours are those for exactly one prefix, that of our entries or of our uploads. */
function formFor(layout: ObjectLayout): LifecycleForm<BucketRule> {
  return {
    read({ action, condition }) {
      const { age, matchesPrefix = [], ...others } = condition;
      const [prefix] = matchesPrefix;
      if (prefix === undefined || matchesPrefix.length > 1 || !ownsRulePrefix(layout, prefix))
        return undefined;
      const known = actionOf(action, age);
      // A rule for our prefix that we would never write: it is to go.
      if (known === undefined || Object.keys(others).length > 0)
        return { id: `${action.type} ${prefix}`, text: JSON.stringify({ action, condition }) };
      const rule = ruleFor(layout, prefix, known);
      return { id: rule.id, text: describeRule(rule) };
    },
    write: ({ prefix, action }) => ({
      action:
        action.type === "transition"
          ? { type: "SetStorageClass", storageClass: action.storageClass }
          : { type: action.type === "expire" ? "Delete" : "AbortIncompleteMultipartUpload" },
      condition: { age: action.days, matchesPrefix: [prefix] },
    }),
  };
}

function actionOf(
  { type, storageClass }: BucketRule["action"],
  days: number | undefined,
): LifecycleAction | undefined {
  if (days === undefined) return undefined;
  if (type === "Delete") return { type: "expire", days };
  if (type === "AbortIncompleteMultipartUpload") return { type: "abort-multipart", days };
  if (type !== "SetStorageClass" || storageClass === undefined) return undefined;
  return { type: "transition", days, storageClass };
}
