import type {
  ExpirationStatus,
  LifecycleRule as S3Rule,
  TransitionStorageClass,
} from "@aws-sdk/client-s3";
import {
  describeRule,
  ownsRuleId,
  type LifecycleAction,
  type LifecycleForm,
  type LifecycleRule,
  type ObjectLayout,
} from "@cogniverse/object-store";

const ENABLED: ExpirationStatus = "Enabled";

/** How S3 writes the rules of this deployment. Rules are ours by their ids; one of ours that somebody changed by hand is put right. */
export function lifecycleForm(layout: ObjectLayout): LifecycleForm<S3Rule> {
  return {
    read: (rule) => {
      const { ID: id } = rule;
      if (id === undefined || !ownsRuleId(layout, id)) return undefined;
      return { id, text: textOf(rule) };
    },
    write: writeRule,
  };
}

function writeRule({ id, prefix, action }: LifecycleRule): S3Rule {
  const rule = { ID: id, Status: ENABLED, Filter: { Prefix: prefix } };
  if (action.type === "expire") return { ...rule, Expiration: { Days: action.days } };
  if (action.type === "abort-multipart")
    return { ...rule, AbortIncompleteMultipartUpload: { DaysAfterInitiation: action.days } };
  // Classes newer than this SDK are the service's to refuse.
  const StorageClass = action.storageClass as TransitionStorageClass;
  return { ...rule, Transitions: [{ Days: action.days, StorageClass }] };
}

/** What {@link describeRule} says of a rule that is one of ours; of any other, something that it never says. */
function textOf(rule: S3Rule): string {
  const action = actionOf(rule);
  const prefix = rule.Filter?.Prefix;
  const plain =
    rule.Status === ENABLED && rule.Filter?.And === undefined && rule.Filter?.Tag === undefined;
  if (plain && action !== undefined && prefix !== undefined)
    return describeRule({ prefix, action });
  const { ID: _, ...rest } = rule;
  return `changed by hand: ${JSON.stringify(rest)}`;
}

function actionOf(rule: S3Rule): LifecycleAction | undefined {
  const days = rule.Expiration?.Days;
  const abortDays = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  const [transition, ...more] = rule.Transitions ?? [];
  const actions: LifecycleAction[] = [];
  if (days !== undefined) actions.push({ type: "expire", days });
  if (abortDays !== undefined) actions.push({ type: "abort-multipart", days: abortDays });
  if (transition?.Days !== undefined && transition.StorageClass !== undefined)
    actions.push({
      type: "transition",
      days: transition.Days,
      storageClass: transition.StorageClass,
    });
  const [only] = actions;
  return actions.length === 1 && more.length === 0 ? only : undefined;
}
