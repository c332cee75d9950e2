import { type BackendSources, loadBackend, type LoadedBackend } from "../backends/load-backend.ts";
import type { BackendModules } from "../backends/load-backend.ts";
import { importModule, type ImportModule } from "../backends/import-package.ts";
import { parseTierConfig } from "../backends/parse-tier-config.ts";
import { KnownSecrets, secretsIn } from "../secrets/known-secrets.ts";
import { configSchema } from "./config-schema.ts";
import { type Finding, type LocatedProblem, pathText } from "./config-problem.ts";
import { type ConfigSource, openSource } from "./config-source.ts";
import type { Environment } from "./expand-variables.ts";
import { keyTypeFindings, knownFamilies } from "./key-type-findings.ts";
import { inFileOrder, locateFinding } from "./locate-problem.ts";
import { policyFindings } from "./policy-findings.ts";
import { pricesFindings } from "./prices-findings.ts";
import { isRawMap, mapIn, type RawMap, valueAt } from "./raw-value.ts";
import { UNRESOLVED } from "./read-source.ts";
import { resolveConfig, type TierModules } from "./resolve-config.ts";
import type { ResolvedConfig, ResolvedTier } from "./resolved-config.ts";
import { schemaFindings } from "./schema-findings.ts";
import { telemetryFindings } from "./telemetry-findings.ts";
import { tierFindings } from "./tier-findings.ts";

/** What {@link loadConfig} may use beside the source. */
export interface LoadOptions {
  /** Modules by backend name; a name that is here is never imported. */
  readonly backends?: BackendModules | undefined;
  /** Default: `process.env`. */
  readonly env?: Environment | undefined;
  /** Default: `import()`. */
  readonly load?: ImportModule | undefined;
}

/** A configuration that can be used, or everything that is wrong with it. `locate` places what is found later. */
export type LoadedConfig = Readonly<{
  problems: readonly LocatedProblem[];
  resolved: ResolvedConfig | undefined;
  locate: (finding: Finding) => LocatedProblem;
  secrets: KnownSecrets;
}>;

/** Reads, expands, checks and resolves a configuration, and finds its backends; makes none of them. Never throws. */
export async function loadConfig(
  source: ConfigSource,
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  const env = options.env ?? process.env;
  const opened = await openSource(source, env);
  const secrets = new KnownSecrets([...opened.secrets, ...secretsIn(opened.data)]);
  const locate = (finding: Finding): LocatedProblem =>
    secrets.maskDeep(locateFinding(finding, opened.yaml));
  const unusable = opened.data === undefined && opened.problems.length > 0;
  if (unusable)
    return { problems: secrets.maskDeep(opened.problems), resolved: undefined, locate, secrets };
  const { data } = opened;
  const backends = await findBackends(mapIn(data, "caching"), {
    given: options.backends ?? {},
    bases: opened.bases,
    load: options.load ?? importModule,
  });
  const findings = distinct([...allFindings(data, env), ...backends.findings], data);
  const located = [...secrets.maskDeep(opened.problems), ...findings.map(locate)];
  const problems = inFileOrder(located);
  const parsed = problems.length === 0 ? configSchema.safeParse(ownPart(data)) : undefined;
  const resolved =
    parsed?.success === true ? resolveConfig(parsed.data, backends.modules) : undefined;
  return { problems, resolved, locate, secrets };
}

/** Without what is the reader's own. */
function ownPart(data: unknown): unknown {
  if (!isRawMap(data)) return data;
  const { caching, telemetry } = data;
  return telemetry === undefined ? { caching } : { caching, telemetry };
}

function allFindings(data: unknown, env: Environment): readonly Finding[] {
  const caching = mapIn(data, "caching");
  const hasSection = isRawMap(data) && isRawMap(data["caching"]);
  const families = knownFamilies(caching);
  const meaning = hasSection
    ? [
        ...tierFindings(caching),
        ...policyFindings(caching, families),
        ...keyTypeFindings(caching),
        ...pricesFindings(caching, families),
      ]
    : [];
  return [...meaning, ...telemetryFindings(mapIn(data, "telemetry"), env), ...schemaFindings(data)];
}

/** One finding a place, the first; nothing about what a variable without a value would have been. */
function distinct(findings: readonly Finding[], data: unknown): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const place = pathText(finding.path);
    if (seen.has(place) || valueAt(data, finding.path) === UNRESOLVED) return false;
    seen.add(place);
    return true;
  });
}

type FoundBackends = Readonly<{ modules: TierModules; findings: readonly Finding[] }>;
type TierPart = Pick<ResolvedTier, "module" | "options" | "package">;

async function findBackends(caching: RawMap, sources: BackendSources): Promise<FoundBackends> {
  const modules = new Map<string, TierPart>();
  const findings: Finding[] = [];
  // A cache that only computes needs no backend.
  if (caching["enabled"] === false) return { modules, findings };
  const tiers = mapIn(caching, "tiers");
  const loading = new Map<string, Promise<LoadedBackend>>();
  for (const name of Object.keys(tiers)) {
    const backend = mapIn(tiers, name)["backend"];
    if (typeof backend !== "string" || backend === "") continue;
    const loaded = loading.get(backend) ?? loadBackend(backend, sources);
    loading.set(backend, loaded);
    const found = readTier(await loaded, mapIn(tiers, name)["config"], ["caching", "tiers", name]);
    findings.push(...found.findings);
    if (found.part !== undefined) modules.set(name, found.part);
  }
  return { modules, findings };
}

function readTier(
  loaded: LoadedBackend,
  config: unknown,
  path: Finding["path"],
): Readonly<{ part?: TierPart; findings: readonly Finding[] }> {
  if (!loaded.ok) {
    const { code, message, suggestion, package: missing } = loaded;
    const at = [...path, "backend"];
    return { findings: [{ code, path: at, message, suggestion, package: missing }] };
  }
  const { module } = loaded;
  // That it must be a map is said by the schema.
  const usable = config === undefined || config === null || isRawMap(config);
  if (!usable) return { findings: [] };
  const parsed = parseTierConfig(module, config, path);
  if (!parsed.ok) return { findings: parsed.findings };
  return { part: { module, options: parsed.options, package: loaded.package }, findings: [] };
}
