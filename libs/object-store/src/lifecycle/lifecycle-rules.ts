import { createHash } from "node:crypto";
import type { ObjectLayout } from "../layout.ts";

/** One line of `lifecycle_rules` in YAML. Days count from when an entry was written. */
export type LifecycleOption =
  | Readonly<{ transition_days: number; storage_class: string }>
  | Readonly<{ expiration_days: number }>;

/** What a service does to objects of that age in days. */
export type LifecycleAction = Readonly<
  | { type: "transition"; days: number; storageClass: string }
  | { type: "expire"; days: number }
  | { type: "abort-multipart"; days: number }
>;

/** One rule for the objects whose names begin with `prefix`, in no service's form. */
export type LifecycleRule = Readonly<{ id: string; prefix: string; action: LifecycleAction }>;

/** No upload of a cache takes longer. */
const UPLOAD_DAYS = 1;
const OURS = "cogniverse-cache/";

/** What is wrong with these lines, each with its place among them. The form of each line was checked. */
export function lifecycleProblems(
  options: readonly LifecycleOption[],
): readonly Readonly<{ index: number; message: string }>[] {
  const ends = options.flatMap((one) => ("expiration_days" in one ? [one.expiration_days] : []));
  const last = Math.min(...ends);
  return options.flatMap((option, index) => {
    const id = nameOf(actionOf(option));
    const first = options.findIndex((other) => nameOf(actionOf(other)) === id);
    if (first < index) {
      const what = "expiration_days" in option ? "expiration_days" : option.storage_class;
      return [{ index, message: `${what} is said twice; the first is number ${first + 1}` }];
    }
    if ("transition_days" in option && option.transition_days >= last)
      return [{ index, message: `entries have expired after ${last} days, before this` }];
    return [];
  });
}

/**
 * The rules of a deployment: those of the YAML for its entries, and the broom for uploads that nobody finished. None touches the log. Their ids stay
 * the same when days change, and hold a hash of the prefix where there is one, so that deployments in one bucket do not take each other's for theirs.
 */
export function lifecycleRules(
  layout: ObjectLayout,
  options: readonly LifecycleOption[],
): readonly LifecycleRule[] {
  const abort: LifecycleAction = { type: "abort-multipart", days: UPLOAD_DAYS };
  const expire: LifecycleAction = { type: "expire", days: UPLOAD_DAYS };
  return [
    ...options.map((option) => ruleFor(layout, layout.tenants, actionOf(option))),
    ruleFor(layout, layout.tenants, abort),
    ruleFor(layout, layout.uploads, abort),
    ruleFor(layout, layout.uploads, expire),
  ];
}

/** The rule that does this to objects below `prefix`, with the id that it always has. */
export function ruleFor(
  layout: ObjectLayout,
  prefix: string,
  action: LifecycleAction,
): LifecycleRule {
  const area = prefix === layout.uploads ? "uploads-" : "";
  return { id: `${idStart(layout)}${area}${nameOf(action)}`, prefix, action };
}

/** Whether this deployment made the rule of that id. */
export function ownsRuleId(layout: ObjectLayout, id: string): boolean {
  const start = idStart(layout);
  return id.startsWith(start) && !id.slice(start.length).includes("/");
}

/** Whether a rule for objects of this prefix is this deployment's, for services whose rules have no ids. */
export function ownsRulePrefix(layout: ObjectLayout, prefix: string): boolean {
  return prefix === layout.tenants || prefix === layout.uploads;
}

/** A rule in words, the same for equal rules. */
export function describeRule({ prefix, action }: Omit<LifecycleRule, "id">): string {
  const where = `${prefix}* after ${action.days} days`;
  if (action.type === "transition") return `${where}: to ${action.storageClass}`;
  return `${where}: ${action.type === "expire" ? "expire" : "abort multipart uploads"}`;
}

function actionOf(option: LifecycleOption): LifecycleAction {
  return "expiration_days" in option
    ? { type: "expire", days: option.expiration_days }
    : { type: "transition", days: option.transition_days, storageClass: option.storage_class };
}

function nameOf(action: LifecycleAction): string {
  if (action.type === "abort-multipart") return "abort-multipart";
  if (action.type === "expire") return "expiration";
  return `transition-${action.storageClass.toLowerCase().replaceAll("_", "-")}`;
}

function idStart({ prefix }: ObjectLayout): string {
  if (prefix === "") return OURS;
  return `${OURS}${createHash("sha256").update(prefix).digest("hex").slice(0, 8)}/`;
}
