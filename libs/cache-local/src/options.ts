import type { ConfigProblem, ParsedConfig } from "@cogniverse/sdk";

/** Options of the local disk tier, as YAML has them. */
export interface LocalOptions {
  /** Directory of its own; made if missing; a relative one goes by the working directory. Several processes of one machine may share it; not over a network file system. */
  readonly base_path: string;
  /** Hard cap on what the directory takes, in GB of 10^9 bytes. Default 10. */
  readonly max_size_gb?: number;
  /** Space of the file system that is left free for others, in GB of 10^9 bytes. Default: 5 % of it, at most 1 GB. */
  readonly min_free_gb?: number;
  /** Seconds between two removals of what expired or was left behind. Default 3600. */
  readonly cleanup_interval?: number;
  /** Seconds that an entry without a ttl of its own lives; `null` (default) = for ever. */
  readonly default_ttl?: number | null;
  /** Values up to this many bytes are kept in the index, larger ones in files. Default 8192, at most 65536. */
  readonly inline_max_bytes?: number;
}

/** {@link LocalOptions} with every default filled in, in bytes and milliseconds. `minFreeBytes` "auto": see `min_free_gb`. */
export type ResolvedOptions = Readonly<{
  basePath: string;
  capBytes: number;
  minFreeBytes: number | "auto";
  cleanupIntervalMs: number;
  defaultTtl: number | null;
  inlineMaxBytes: number;
}>;

const GB = 1e9;
const MAX_INLINE_BYTES = 65_536;
/** The index and the log need about 1.3 MB before anything is stored. */
const LEAST_GB = 0.004;
const MAX_SECONDS = 2_000_000;

/** JSON Schema of {@link LocalOptions}. */
export const localSchema: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  required: ["base_path"],
  properties: {
    base_path: {
      type: "string",
      minLength: 1,
      description: "Directory of its own; made if missing. Processes of one machine may share it.",
    },
    max_size_gb: {
      type: "number",
      minimum: LEAST_GB,
      default: 10,
      description: "Hard cap on what the directory takes, in GB of 10^9 bytes.",
    },
    min_free_gb: {
      type: "number",
      minimum: 0,
      description: "Space left free for others, in GB. Default: 5 % of the disk, at most 1 GB.",
    },
    cleanup_interval: {
      type: "number",
      exclusiveMinimum: 0,
      maximum: MAX_SECONDS,
      default: 3600,
      description: "Seconds between two removals of what expired or was left behind.",
    },
    default_ttl: {
      type: ["number", "null"],
      exclusiveMinimum: 0,
      default: null,
      description: "Seconds an entry without a ttl of its own lives; null = for ever.",
    },
    inline_max_bytes: {
      type: "integer",
      minimum: 0,
      maximum: MAX_INLINE_BYTES,
      default: 8192,
      description: "Values up to this size are kept in the index, larger ones in files.",
    },
  },
};

type Check = Readonly<{ fits: (value: unknown) => boolean; wanted: string }>;

const CHECKS: Readonly<Record<keyof LocalOptions, Check>> = {
  base_path: {
    fits: (value) => typeof value === "string" && value.trim() !== "" && !value.includes("\0"),
    wanted: "the path of a directory",
  },
  max_size_gb: {
    fits: (value) => isNumber(value) && value >= LEAST_GB,
    wanted: `a number of at least ${LEAST_GB}, which the index alone needs`,
  },
  min_free_gb: {
    fits: (value) => isNumber(value) && value >= 0,
    wanted: "a number of at least 0",
  },
  cleanup_interval: {
    fits: (value) => isNumber(value) && value > 0 && value <= MAX_SECONDS,
    wanted: `a number of seconds above 0, at most ${MAX_SECONDS}`,
  },
  default_ttl: {
    fits: (value) => value === null || (isNumber(value) && value > 0),
    wanted: "a number of seconds above 0, or null",
  },
  inline_max_bytes: {
    fits: (value) =>
      Number.isInteger(value) && isNumber(value) && value >= 0 && value <= MAX_INLINE_BYTES,
    wanted: `a whole number from 0 to ${MAX_INLINE_BYTES}`,
  },
};

/** Checks a `config` object; never throws. Reports everything that is wrong with it. */
export function parseLocalOptions(config: unknown): ParsedConfig<LocalOptions> {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    const message = `expected an object with base_path, got ${shown(config)}`;
    return { ok: false, problems: [{ path: [], message }] };
  }
  const problems: ConfigProblem[] = [];
  for (const [name, value] of Object.entries(config)) {
    if (!isOption(name))
      problems.push({ path: [name], message: "unknown option", expected: Object.keys(CHECKS) });
    else if (!CHECKS[name].fits(value))
      problems.push({
        path: [name],
        message: `expected ${CHECKS[name].wanted}, got ${shown(value)}`,
      });
  }
  if (!("base_path" in config)) problems.push({ path: [], message: "base_path is missing" });
  // Every property was checked against LocalOptions above.
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, options: config as LocalOptions };
}

/** Fills the defaults in. `options` must be valid. */
export function resolveOptions(options: LocalOptions): ResolvedOptions {
  return {
    basePath: options.base_path,
    capBytes: (options.max_size_gb ?? 10) * GB,
    minFreeBytes: options.min_free_gb === undefined ? "auto" : options.min_free_gb * GB,
    cleanupIntervalMs: (options.cleanup_interval ?? 3600) * 1000,
    defaultTtl: options.default_ttl ?? null,
    inlineMaxBytes: options.inline_max_bytes ?? 8192,
  };
}

function isOption(name: string): name is keyof LocalOptions {
  return Object.hasOwn(CHECKS, name);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  return (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
