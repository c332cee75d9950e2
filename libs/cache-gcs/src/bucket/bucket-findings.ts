import type { ExaminationFinding } from "@cogniverse/sdk";
import type { ResolvedOptions } from "../options/resolved-options.ts";
import type { BucketResource } from "./bucket-resource.ts";

/** What the bucket's own settings mean for a cache. */
export function bucketFindings(
  bucket: BucketResource,
  options: ResolvedOptions,
): readonly ExaminationFinding[] {
  const found = [
    versioning(bucket, options),
    softDelete(bucket, options),
    retention(bucket, options),
    holds(bucket, options),
    requesterPays(bucket, options),
    classes(bucket, options),
  ];
  return [place(bucket), ...found.filter((finding) => finding !== undefined)];
}

type Look = (bucket: BucketResource, options: ResolvedOptions) => ExaminationFinding | undefined;

function place({ location, locationType, storageClass }: BucketResource): ExaminationFinding {
  const message = `${storageClass ?? "unknown class"} in ${location ?? "unknown place"} (${locationType ?? "unknown kind"})`;
  return { check: "location", level: "ok", message };
}

const versioning: Look = ({ versioning: state }, { bucket }) =>
  state?.enabled === true
    ? {
        check: "versioning",
        level: "warning",
        message: "what is overwritten or deleted stays as an older version and is paid for",
        remedy: update(bucket, "--no-versioning"),
      }
    : { check: "versioning", level: "ok", message: "off" };

const softDelete: Look = ({ softDeletePolicy }, { bucket }) => {
  const seconds = Number(softDeletePolicy?.retentionDurationSeconds ?? 0);
  return seconds > 0
    ? {
        check: "soft-delete",
        level: "warning",
        message: `what is overwritten or deleted is kept and paid for ${Math.round(seconds / 86_400)} days`,
        remedy: update(bucket, "--clear-soft-delete"),
      }
    : { check: "soft-delete", level: "ok", message: "off" };
};

const retention: Look = ({ retentionPolicy }, { bucket }) =>
  retentionPolicy?.retentionPeriod === undefined
    ? { check: "retention-policy", level: "ok", message: "none" }
    : {
        check: "retention-policy",
        level: "problem",
        message: `nothing can be overwritten or deleted for ${retentionPolicy.retentionPeriod} s, the invalidation log neither`,
        remedy: update(bucket, "--clear-retention-period"),
      };

const holds: Look = ({ defaultEventBasedHold, objectRetention }, { bucket }) => {
  if (defaultEventBasedHold === true)
    return {
      check: "object-holds",
      level: "problem",
      message: "each new object is held: it cannot be overwritten or deleted",
      remedy: update(bucket, "--no-default-event-based-hold"),
    };
  const message =
    objectRetention?.mode === undefined ? "none" : "possible, none is set by this cache";
  return { check: "object-holds", level: "ok", message };
};

const requesterPays: Look = ({ billing }, { userProject }) =>
  billing?.requesterPays === true && userProject === undefined
    ? {
        check: "requester-pays",
        level: "problem",
        message: "each request is refused that names no project which pays",
        remedy: "Set user_project.",
      }
    : undefined;

const classes: Look = ({ autoclass }, { lifecycleRules, storageClass, storageClasses }) => {
  const chosen = storageClass !== undefined || Object.keys(storageClasses).length > 0;
  const moved = lifecycleRules.some((rule) => "transition_days" in rule);
  if (autoclass?.enabled !== true || !(chosen || moved)) return undefined;
  return {
    check: "autoclass",
    level: "warning",
    message: "the bucket chooses storage classes itself: those of the configuration do nothing",
    remedy: "Leave storage_class, storage_classes and transition_days out.",
  };
};

function update(bucket: string, flag: string): string {
  return `gcloud storage buckets update gs://${bucket} ${flag}`;
}
