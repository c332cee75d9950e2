import { lifecycleProblems, prefixProblem, type LifecycleOption } from "@cogniverse/object-store";
import { STORAGE_CLASSES, type GcsOptions } from "./gcs-options.ts";

/** What one option takes: `wrong` tells what is wrong with a value, `schema` the same to an editor. */
export type OptionRule = Readonly<{
  schema: Readonly<Record<string, unknown>>;
  wrong: (value: unknown) => string | undefined;
}>;

const classes = { enum: [...STORAGE_CLASSES] };

/** Every option of the tier. */
export const OPTION_TABLE: Readonly<Record<keyof GcsOptions, OptionRule>> = {
  bucket: {
    schema: { type: "string", minLength: 3, maxLength: 222, description: "The bucket's name." },
    wrong: (value) =>
      typeof value === "string" && /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(value)
        ? undefined
        : "the name of a bucket: 3 to 222 of a-z 0-9 . _ -",
  },
  project_id: text("Project, where the bucket is to be made."),
  prefix: {
    schema: { type: "string", default: "", description: "What all objects' names begin with." },
    wrong: (value) =>
      typeof value === "string"
        ? prefixed(prefixProblem(value))
        : "text that all objects' names begin with",
  },
  endpoint: {
    schema: { type: "string", format: "uri", description: "Of an emulator or private endpoint." },
    wrong: (value) => (isHttpUrl(value) ? undefined : "an http or https URL without a user"),
  },
  key_filename: text("Service account file. Default: application-default credentials."),
  credentials: {
    schema: {
      type: "object",
      required: ["client_email", "private_key"],
      properties: { client_email: { type: "string" }, private_key: { type: "string" } },
      description: "A service account's key, as in its JSON file.",
    },
    wrong: (value) =>
      isObject(value) && isText(value["client_email"]) && isText(value["private_key"])
        ? undefined
        : "an object with client_email and private_key",
  },
  user_project: text("Project that pays for a requester-pays bucket."),
  kms_key_name: {
    schema: { type: "string", description: "Cloud KMS key of new objects." },
    wrong: (value) =>
      isText(value) &&
      /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(value)
        ? undefined
        : "projects/P/locations/L/keyRings/R/cryptoKeys/K",
  },
  storage_class: {
    schema: { ...classes, description: "Class of new entries. Default: the bucket's." },
    wrong: wrongClass,
  },
  storage_classes: {
    schema: {
      type: "object",
      additionalProperties: classes,
      description: "Class by key type, such as { embeddings: NEARLINE }.",
    },
    wrong: (value) =>
      isObject(value)
        ? Object.values(value).map(wrongClass).find(Boolean)
        : "an object of key types and storage classes",
  },
  lifecycle_rules: {
    schema: {
      type: "array",
      items: {
        oneOf: [
          {
            type: "object",
            additionalProperties: false,
            required: ["transition_days", "storage_class"],
            properties: {
              transition_days: { type: "integer", minimum: 0 },
              storage_class: classes,
            },
          },
          {
            type: "object",
            additionalProperties: false,
            required: ["expiration_days"],
            properties: { expiration_days: { type: "integer", minimum: 1 } },
          },
        ],
      },
      description: "What becomes of entries with age. Applied at start, to our prefix only.",
    },
    wrong: (value) =>
      Array.isArray(value)
        ? (value.map(wrongRule).find(Boolean) ?? wrongTogether(value))
        : "a list of { transition_days, storage_class } and { expiration_days }",
  },
  manage_bucket: flag(true, "Whether lifecycle rules are applied at start."),
  create_bucket: flag(false, "Whether a missing bucket is made at start."),
  location: text("Where the bucket is made."),
  default_ttl: {
    schema: {
      type: ["number", "null"],
      exclusiveMinimum: 0,
      default: null,
      description: "Seconds an entry without a ttl of its own lives; null = for ever.",
    },
    wrong: (value) =>
      value === null || (isNumber(value) && value > 0)
        ? undefined
        : "a number of seconds above 0, or null",
  },
  max_value_bytes: whole(1, 2 ** 31, 2 ** 30, "Larger values are refused before they are sent."),
  resumable_above_bytes: whole(0, 2 ** 40, 2 ** 26, "Larger values are sent in pieces."),
  concurrency: whole(1, 1024, 64, "Connections at most; more requests wait."),
  connect_timeout: seconds(3, "Seconds until a connection must be there."),
  request_timeout: seconds(15, "Seconds without a byte after which a request is given up."),
  write_interval: {
    schema: {
      type: "number",
      minimum: 0,
      maximum: 60,
      default: 1,
      description: "Seconds that two writes of one key begin apart at least.",
    },
    wrong: (value) =>
      isNumber(value) && value >= 0 && value <= 60 ? undefined : "a number of seconds from 0 to 60",
  },
  max_retries: whole(0, 10, 2, "Attempts after the first."),
};

function text(description: string): OptionRule {
  return {
    schema: { type: "string", minLength: 1, description },
    wrong: (value) => (isText(value) ? undefined : "text"),
  };
}

function flag(byDefault: boolean, description: string): OptionRule {
  return {
    schema: { type: "boolean", default: byDefault, description },
    wrong: (value) => (typeof value === "boolean" ? undefined : "true or false"),
  };
}

function whole(least: number, most: number, byDefault: number, description: string): OptionRule {
  return {
    schema: { type: "integer", minimum: least, maximum: most, default: byDefault, description },
    wrong: (value) =>
      isNumber(value) && Number.isInteger(value) && value >= least && value <= most
        ? undefined
        : `a whole number from ${least} to ${most}`,
  };
}

function seconds(byDefault: number, description: string): OptionRule {
  return {
    schema: { type: "number", exclusiveMinimum: 0, maximum: 3600, default: byDefault, description },
    wrong: (value) =>
      isNumber(value) && value > 0 && value <= 3600
        ? undefined
        : "a number of seconds above 0, at most 3600",
  };
}

/** What S3 calls classes that mean about the same. */
const S3_CLASSES: Readonly<Record<string, string>> = {
  STANDARD_IA: "NEARLINE",
  ONEZONE_IA: "NEARLINE",
  GLACIER_IR: "COLDLINE",
  GLACIER: "ARCHIVE",
  DEEP_ARCHIVE: "ARCHIVE",
  INTELLIGENT_TIERING: "a bucket with Autoclass, and none here",
};

function wrongClass(value: unknown): string | undefined {
  if (STORAGE_CLASSES.some((one) => one === value)) return undefined;
  const meant =
    typeof value === "string" && Object.hasOwn(S3_CLASSES, value)
      ? ` ("${value}" is S3's; here it is ${S3_CLASSES[value]})`
      : "";
  return `one of ${STORAGE_CLASSES.join(", ")}${meant}`;
}

function wrongRule(rule: unknown): string | undefined {
  const form = "rules of the form { transition_days, storage_class } or { expiration_days }";
  if (!isObject(rule)) return form;
  const names = Object.keys(rule).toSorted().join();
  if (names === "expiration_days")
    return isDays(rule["expiration_days"], 1) ? undefined : "expiration_days from 1";
  if (names !== "storage_class,transition_days") return form;
  return isDays(rule["transition_days"], 0)
    ? wrongClass(rule["storage_class"])
    : "transition_days from 0";
}

/** The form of each was checked. */
function wrongTogether(rules: readonly LifecycleOption[]): string | undefined {
  const [first] = lifecycleProblems(rules);
  return first === undefined ? undefined : `other rules: ${first.message}`;
}

function prefixed(problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `another prefix: ${problem}`;
}

function isDays(value: unknown, least: number): boolean {
  return isNumber(value) && Number.isInteger(value) && value >= least;
}

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
