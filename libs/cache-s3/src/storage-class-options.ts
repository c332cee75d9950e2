import { StorageClass, TransitionStorageClass } from "@aws-sdk/client-s3";
import type { ConfigProblem } from "@cogniverse/sdk";
import { isRecord } from "./option-kinds.ts";

/** What is put there cannot be read again until it was restored: a cache of misses. */
const ARCHIVES: readonly string[] = [StorageClass.GLACIER, StorageClass.DEEP_ARCHIVE];
/** What the service alone gives, on devices and in services that are no buckets. */
const NOT_TO_CHOOSE: ReadonlySet<string> = new Set([
  StorageClass.AWS_BACKUP_LOW_COST_WARM,
  StorageClass.AWS_BACKUP_WARM,
  StorageClass.FSX_ONTAP,
  StorageClass.FSX_OPENZFS,
]);

/** Classes that new entries can be put in: those that the SDK knows and that can be read at once. */
export const ENTRY_CLASSES: readonly string[] = Object.values(StorageClass).filter(
  (name) => !ARCHIVES.includes(name) && !NOT_TO_CHOOSE.has(name),
);

/** Classes that a lifecycle rule can move entries to, archives among them. */
export const RULE_CLASSES: readonly string[] = Object.values(TransitionStorageClass);

/** What is wrong with the storage classes within an option's value, each at its place; nothing where it is something else that is wrong. */
export function classProblems(option: string, value: unknown): readonly ConfigProblem[] {
  if (option === "storage_class") return entryProblem([option], value);
  if (option === "storage_classes" && isRecord(value))
    return Object.entries(value).flatMap(([type, name]) => entryProblem([option, type], name));
  if (option === "lifecycle_rules" && Array.isArray(value))
    return value.flatMap((rule: unknown, index) =>
      isRecord(rule) && Object.hasOwn(rule, "storage_class")
        ? problem([option, index, "storage_class"], rule["storage_class"], RULE_CLASSES)
        : [],
    );
  return [];
}

function entryProblem(path: ConfigProblem["path"], name: unknown): readonly ConfigProblem[] {
  if (typeof name !== "string" || !ARCHIVES.includes(name))
    return problem(path, name, ENTRY_CLASSES);
  const message = `${name} is an archive: no new entry could be read back. Take GLACIER_IR, or move entries there later with a lifecycle rule`;
  return [{ path, message }];
}

function problem(
  path: ConfigProblem["path"],
  name: unknown,
  expected: readonly string[],
): readonly ConfigProblem[] {
  if (typeof name === "string" && expected.includes(name)) return [];
  const got = (JSON.stringify(name) ?? typeof name).slice(0, 80);
  return [{ path, message: `expected ${expected.join(" or ")}, got ${got}`, expected }];
}
