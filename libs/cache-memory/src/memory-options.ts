import { CacheError, type ConfigProblem, type Options } from "@cogniverse/sdk";

/**
 * Options of the in-process tier, each with its default:
 * - `maxBytes` 256,000,000: all that entries take, decoded values and bookkeeping included. Never exceeded.
 * - `maxEntries` 1,000,000: at most 16,000,000, which is what a JavaScript Map holds.
 * - `defaultTtl` `null`: seconds for puts that name none; `null` = never expires.
 * - `maxValueShare` 0.25: a single entry that would take more of `maxBytes` is refused.
 * - `maxTenantShare` 1: of bytes and of entries; a tenant above it evicts its own entries.
 */
export type MemoryOptions = Options<{
  maxBytes: number;
  maxEntries: number;
  defaultTtl: number | null;
  maxValueShare: number;
  maxTenantShare: number;
}>;

/** {@link MemoryOptions} with defaults applied and shares turned into figures. */
export interface ResolvedMemoryOptions {
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly defaultTtl: number | null;
  readonly maxEntryBytes: number;
  /** Below 1: tenants have a quota. */
  readonly maxTenantShare: number;
  readonly maxTenantBytes: number;
  readonly maxTenantEntries: number;
}

/** A value that an option takes: how it is tested and how that is said. */
export interface Rule {
  readonly holds: (value: unknown) => boolean;
  readonly says: string;
}

const share: Rule = {
  holds: (value) => isNumber(value) && value > 0 && value <= 1,
  says: "a number above 0, at most 1",
};

/** The rule of each option. */
export const rules: Readonly<Record<keyof MemoryOptions, Rule>> = {
  maxBytes: {
    holds: (value) => isNumber(value) && value >= 1,
    says: "a number of bytes, at least 1",
  },
  maxEntries: {
    holds: (value) => Number.isInteger(value) && isNumber(value) && value >= 1 && value <= 16e6,
    says: "a whole number from 1 to 16000000",
  },
  defaultTtl: {
    holds: (value) => value === null || (isNumber(value) && value > 0),
    says: "a number of seconds above 0, or null for no expiry",
  },
  maxValueShare: share,
  maxTenantShare: share,
};

/** Checks options given in code. Throws `invalid_config` that names everything wrong at once. */
export function resolveMemoryOptions(options: MemoryOptions): ResolvedMemoryOptions {
  const problems = Object.entries(rules).flatMap(([name, rule]) => {
    // Entries of a record keyed by option names.
    const value = options[name as keyof MemoryOptions];
    return value === undefined || rule.holds(value) ? [] : [{ path: [name], message: rule.says }];
  });
  if (problems.length > 0) throw invalidOptions(problems);
  const { maxBytes = 256e6, maxEntries = 1_000_000, defaultTtl = null } = options;
  const { maxValueShare = 0.25, maxTenantShare = 1 } = options;
  const maxTenantBytes = Math.floor(maxBytes * maxTenantShare);
  return {
    maxBytes,
    maxEntries,
    defaultTtl,
    maxEntryBytes: Math.min(Math.floor(maxBytes * maxValueShare), maxTenantBytes),
    maxTenantShare,
    maxTenantBytes,
    maxTenantEntries: Math.max(1, Math.floor(maxEntries * maxTenantShare)),
  };
}

function invalidOptions(problems: readonly ConfigProblem[]): CacheError {
  const list = problems.map(({ path, message }) => `${path.join(".")} must be ${message}`);
  return new CacheError("invalid_config", `Memory tier: ${list.join("; ")}`);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
