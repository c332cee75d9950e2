import { type PolicyOptions, resolvePolicy } from "@cogniverse/core";
import type { ResolvedTelemetryConfig } from "@cogniverse/foundation/node";
import type { Prices } from "@cogniverse/sdk";
import type { BackendModules } from "../backends/load-backend.ts";
import type { LocatedProblem } from "./config-problem.ts";
import type { ConfigSource } from "./config-source.ts";
import type { Environment } from "./expand-variables.ts";
import { resolveWithEnvironment } from "../telemetry/resolve-with-environment.ts";
import { summarizeTelemetry, type TelemetrySummary } from "../telemetry/telemetry-summary.ts";
import { type TruthSummary, truthOf } from "../tiers/truth.ts";
import { BUILT_IN_KEY_TYPES } from "./key-type-findings.ts";
import { loadConfig } from "./load-config.ts";
import type { ResolvedConfig } from "./resolved-config.ts";

/** Options of {@link checkConfig}. */
export type CheckConfigOptions = ConfigSource &
  Readonly<{
    /** Modules by backend name; others are imported. */
    backends?: BackendModules | undefined;
    /** Default: `process.env`. */
    env?: Environment | undefined;
  }>;

/** One family as it will be kept. `tiers`: those that keep it, fastest first. `null` stands for "no limit"; `ttl` "tier" for each tier's own. */
export type PolicySummary = Readonly<{
  tiers: readonly string[];
  ttl: number | null | "tier";
  demote: boolean;
  compressAboveBytes: number | false;
  maxValueBytes: number | null;
  copyOnRead: boolean;
  writes: "awaited" | "background";
}>;

/** What a configuration without mistakes comes to. Plain data without the backends' own options, which may hold secrets. */
export type ConfigSummary = Readonly<{
  enabled: boolean;
  tiers: readonly Readonly<{ name: string; backend: string; package?: string }>[];
  /** By family; `default` is what every other one gets. */
  policies: Readonly<Record<string, PolicySummary>>;
  tenants: Readonly<Record<string, Readonly<Record<string, PolicySummary>>>>;
  keyTypes: readonly Readonly<{ template: string; codec: string; version: number }>[];
  /** Whose invalidation log is the truth; it is so whether that tier can be reached or not. */
  truth: TruthSummary;
  /** `null`: nothing is told in money. */
  prices: Prices | null;
  /** With what the environment says. `null`: no such section; an OpenTelemetry SDK of the process sees the cache. */
  telemetry: TelemetrySummary | null;
}>;

/** The whole answer, as `config check --json` prints it. */
export type ConfigCheck = Readonly<
  | { ok: true; problems: readonly []; summary: ConfigSummary }
  | { ok: false; problems: readonly LocatedProblem[] }
>;

/** Everything that is wrong with a configuration, or what it comes to. Connects to nothing and never rejects for what it finds. */
export async function checkConfig(options: CheckConfigOptions): Promise<ConfigCheck> {
  const { resolved, problems, secrets, locate } = await loadConfig(options, options);
  if (resolved === undefined) return { ok: false, problems };
  const telemetry = resolveWithEnvironment(resolved.telemetry, options.env ?? process.env);
  if (telemetry.finding !== undefined) return { ok: false, problems: [locate(telemetry.finding)] };
  const summary = summarize(resolved, telemetry.config);
  return { ok: true, problems: [], summary: secrets.maskDeep(summary) };
}

function summarize(
  config: ResolvedConfig,
  telemetry: ResolvedTelemetryConfig | undefined,
): ConfigSummary {
  const names = config.tiers.map((tier) => tier.name);
  const summary = (...layers: readonly (PolicyOptions | undefined)[]): PolicySummary =>
    summarizePolicy(names, config.defaultPolicy, ...layers);
  const policies: Record<string, PolicySummary> = { default: summary() };
  for (const family of families(config)) policies[family] = summary(config.policies[family]);
  const tenants: Record<string, Record<string, PolicySummary>> = {};
  for (const [id, tenant] of Object.entries(config.tenants)) {
    const own: Record<string, PolicySummary> = (tenants[id] = {});
    for (const [family, policy] of Object.entries(tenant.policies))
      own[family] = summary(config.policies[family], policy);
  }
  return {
    enabled: config.enabled,
    tiers: config.tiers.map(({ name, backend, package: from }) => ({
      name,
      backend,
      ...(from === undefined ? {} : { package: from }),
    })),
    policies,
    tenants,
    keyTypes: config.keyTypes.map(({ template, codec, version = 1 }) => ({
      template,
      codec,
      version,
    })),
    truth: truthOf(config),
    prices: config.prices ?? null,
    telemetry: telemetry === undefined ? null : summarizeTelemetry(telemetry),
  };
}

function families(config: ResolvedConfig): ReadonlySet<string> {
  const own = config.keyTypes.map(({ template }) => template.split("/")[0] ?? "");
  const builtIn = BUILT_IN_KEY_TYPES.map(({ family }) => family);
  return new Set([...builtIn, ...own, ...Object.keys(config.policies)]);
}

function summarizePolicy(
  tiers: readonly string[],
  ...layers: readonly (PolicyOptions | undefined)[]
): PolicySummary {
  const policy = resolvePolicy(...layers);
  const { ttl, maxValueBytes } = policy;
  return {
    tiers: tiers.filter((name) => policy.tiers[name] !== false),
    ttl: ttl === undefined ? "tier" : ttl,
    demote: policy.demote,
    compressAboveBytes: policy.compressAboveBytes,
    maxValueBytes: maxValueBytes === Infinity ? null : maxValueBytes,
    copyOnRead: policy.copyOnRead,
    writes: policy.writes,
  };
}
