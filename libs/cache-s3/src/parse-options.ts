import { lifecycleProblems, prefixProblem } from "@cogniverse/object-store";
import type { ConfigProblem, ParsedConfig } from "@cogniverse/sdk";
import {
  byName,
  flag,
  isRecord,
  lifetime,
  listOf,
  oneOf,
  record,
  seconds,
  text,
  whole,
  type OptionKind,
} from "./option-kinds.ts";
import type { S3Options } from "./options.ts";
import { classProblems, ENTRY_CLASSES, RULE_CLASSES } from "./storage-class-options.ts";

/** S3's, less what its own docs keep for special buckets. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const entryClass = oneOf(ENTRY_CLASSES);
const ruleClass = oneOf(RULE_CLASSES);
const days = whole(1, 100_000);

const KINDS: Readonly<Record<keyof S3Options, readonly [OptionKind, description: string]>> = {
  bucket: [text("the name of a bucket (3 to 63 of a-z 0-9 . -)", BUCKET), "Name of the bucket."],
  region: [text("a region such as us-east-1", /^[a-z0-9-]+$/), "Region of the bucket."],
  endpoint: [
    text(
      "a URL without user and password, such as http://127.0.0.1:8333",
      /^https?:\/\/[^/\s@]+\/?$/,
    ),
    "Of a server other than AWS.",
  ],
  path_style: [flag(), "https://endpoint/bucket; the default with an endpoint."],
  prefix: [
    text("a prefix of names"),
    "Put before every object's name: deployments can share a bucket.",
  ],
  storage_class: [entryClass, "Storage class of entries; default: the service's, STANDARD."],
  storage_classes: [
    byName("storage classes by key type, such as { frames: STANDARD_IA }", entryClass),
    "Storage classes of single key types.",
  ],
  lifecycle_rules: [
    listOf([
      record({ transition_days: whole(0, 100_000), storage_class: ruleClass }),
      record({ expiration_days: days }),
    ]),
    "Lifecycle rules for the entries, applied at start beside rules of others.",
  ],
  sse: [oneOf(["s3", "kms"]), "Server-side encryption; default: the bucket's own setting."],
  sse_kms_key_id: [text("the id or ARN of a KMS key"), "KMS key; default: the account's own."],
  requester_pays: [flag(false), "Pay for requests to a bucket of somebody else."],
  access_key_id: [text("an access key id"), "Default: the SDK's chain."],
  secret_access_key: [text("a secret access key"), "Default: the SDK's chain."],
  session_token: [text("a session token"), "With temporary keys."],
  profile: [text("a profile's name"), "Profile of the shared configuration files."],
  manage_bucket: [flag(true), "Apply lifecycle rules."],
  create_bucket: [flag(false), "Make a missing bucket at start."],
  restore_archived: [
    record({ days }, { tier: oneOf(["Standard", "Bulk", "Expedited"]) }),
    "Ask for archived objects that are read to be restored for some days.",
  ],
  concurrency: [whole(1, 1000, 64), "Requests under way at once."],
  request_timeout: [seconds(3600, 15), "Seconds without a byte until a request is given up."],
  connect_timeout: [seconds(600, 3), "Seconds until a connection must be there."],
  default_ttl: [lifetime(), "Seconds an entry without a ttl of its own lives; null = for ever."],
  max_value_bytes: [
    whole(0, 48.8 * 2 ** 40, 5e9),
    "Larger values are refused before they are sent.",
  ],
};

const SECRET: ReadonlySet<string> = new Set([
  "access_key_id",
  "secret_access_key",
  "session_token",
  "endpoint",
]);

/** JSON Schema of {@link S3Options}. */
export const s3Schema: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  required: ["bucket"],
  properties: Object.fromEntries(
    Object.entries(KINDS).map(([name, [{ schema }, description]]) => [
      name,
      { ...schema, description },
    ]),
  ),
};

/** Checks a `config` object; never throws. Reports everything that is wrong with it, and no secret. */
export function parseS3Options(config: unknown): ParsedConfig<S3Options> {
  if (!isRecord(config)) {
    const message = `expected an object with bucket, got ${shown("", config)}`;
    return { ok: false, problems: [{ path: [], message }] };
  }
  const problems = Object.entries(config).flatMap(([name, value]) => problemOf(name, value));
  if (!Object.hasOwn(config, "bucket")) problems.push({ path: [], message: "bucket is missing" });
  if (problems.length > 0) return { ok: false, problems };
  // Every property was checked against S3Options above.
  const options = config as unknown as S3Options;
  const contradictions = contradictionsOf(options);
  return contradictions.length > 0
    ? { ok: false, problems: contradictions }
    : { ok: true, options };
}

function problemOf(name: string, value: unknown): ConfigProblem[] {
  if (!isOption(name))
    return [{ path: [name], message: "unknown option", expected: Object.keys(KINDS) }];
  const [{ fits, wanted }] = KINDS[name];
  if (fits(value)) return [];
  const ofClass = classProblems(name, value);
  if (ofClass.length > 0) return [...ofClass];
  return [{ path: [name], message: `expected ${wanted}, got ${shown(name, value)}` }];
}

/** What no option says alone. */
function contradictionsOf(options: S3Options): ConfigProblem[] {
  const { prefix = "", lifecycle_rules = [] } = options;
  const problem = prefixProblem(prefix);
  const needs = (name: keyof S3Options, other: keyof S3Options): ConfigProblem[] =>
    options[name] !== undefined && options[other] === undefined
      ? [{ path: [name], message: `needs ${other} beside it` }]
      : [];
  return [
    ...(problem === undefined ? [] : [{ path: ["prefix"], message: problem }]),
    ...lifecycleProblems(lifecycle_rules).map(({ index, message }) => ({
      path: ["lifecycle_rules", index],
      message,
    })),
    ...needs("access_key_id", "secret_access_key"),
    ...needs("secret_access_key", "access_key_id"),
    ...needs("session_token", "access_key_id"),
    ...(options.sse_kms_key_id !== undefined && options.sse !== "kms"
      ? [{ path: ["sse_kms_key_id"], message: "needs sse: kms beside it" }]
      : []),
    ...(options.profile !== undefined && options.access_key_id !== undefined
      ? [{ path: ["profile"], message: "stands against access_key_id: give one of them" }]
      : []),
  ];
}

function isOption(name: string): name is keyof S3Options {
  return Object.hasOwn(KINDS, name);
}

function shown(name: string, value: unknown): string {
  if (SECRET.has(name)) return "something else";
  if (typeof value === "number") return String(value);
  return (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
