import { existsSync } from "node:fs";
import {
  ConfigError,
  createCache,
  type CreateCacheOptions,
  formatConfigProblems,
  type ConfiguredCache,
} from "@cogniverse/runtime";
import { CacheError, type Logger, runInSpan } from "@cogniverse/sdk";
import { codeOf } from "./error-code.ts";
import { EXIT, ExitError } from "./exit-code.ts";
import { TierFailures } from "./left-out.ts";
import { madeFolders, missingFolders, type NewFolder } from "./new-folders.ts";
import type { Output } from "./output.ts";

/** What every command is given beside its own options. */
export interface Session {
  readonly output: Output;
  /** All of standard input. Rejects with the signal's reason at Ctrl-C. */
  readonly readInput: () => Promise<Uint8Array>;
  /** Asks a person and resolves with the line that was typed; left out where there is nobody to ask. Rejects with the signal's reason at Ctrl-C. */
  readonly ask?: (question: string) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Options that all commands share. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** The same for commands on one tenant. */
export interface TenantOptions extends CommonOptions {
  readonly tenant?: string;
}

/** A person waits for the command, and its spans are worth that much of it. */
const TRACES_WITHIN_MS = 1000;

const LOOKED_FOR = ["cogniverse-cache.yaml", "configs/embedded.yaml"];

/** The configuration to use: as given, as the environment says, or the first that is there. Throws {@link ExitError}. */
export function configPath(session: Session, options: CommonOptions): string {
  const named = options.config ?? session.env["COGNIVERSE_CACHE_CONFIG"];
  const found = named ?? LOOKED_FOR.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const places = LOOKED_FOR.join(" or ");
  throw new ExitError(
    EXIT.wrongUse,
    `No configuration: give --config FILE, set COGNIVERSE_CACHE_CONFIG, or have ${places} here`,
  );
}

/** The tenant to speak for. Throws {@link ExitError}. */
export function tenantOf(session: Session, options: TenantOptions): string {
  const tenant = options.tenant ?? session.env["COGNIVERSE_TENANT"];
  if (tenant !== undefined) return tenant;
  throw new ExitError(EXIT.wrongUse, "No tenant: give --tenant ID or set COGNIVERSE_TENANT");
}

/** Runs a command on an open cache and closes it whatever happens. What the cache warns of, tiers that are down among it, is noted; it is not an error. */
export async function withCache<R>(
  session: Session,
  options: CommonOptions,
  run: (cache: ConfiguredCache, failures: TierFailures) => Promise<R>,
): Promise<R> {
  const failures = new TierFailures();
  const { telemetry } = failures;
  const cache = await openCache(session, { ...sourceOf(session, options), telemetry });
  try {
    session.signal.throwIfAborted();
    return await run(cache, failures);
  } finally {
    await cache.close();
  }
}

/**
 * As {@link withCache}, for a command that changes something: what it does is a span where the configuration exports spans, so that whoever looks for
 * who killed an entry finds the operator. A collector that does not take them costs at most a second, and a remark.
 */
export async function changeCache<R>(
  session: Session,
  options: TenantOptions,
  { command, tenant }: Readonly<{ command: string; tenant: string }>,
  run: (cache: ConfiguredCache) => Promise<R>,
): Promise<R> {
  const source = { ...sourceOf(session, options), tracesWithinMs: TRACES_WITHIN_MS };
  // Whoever puts may well begin a cache; any other command expects one.
  const cache = await (command === "put" ? createCache(source) : openCache(session, source));
  try {
    session.signal.throwIfAborted();
    // Below it also the span of a put is kept.
    const kept = { always: true };
    const span = cache.telemetry.startSpan(`cogniverse-cache ${command}`, tenant, kept);
    return await runInSpan(span, () => run(cache));
  } finally {
    await cache.close();
    const { dropped = 0, queue = 0 } = cache.telemetryReport ?? {};
    if (dropped + queue > 0)
      session.output.note(
        `Spans of this command are lost: ${dropped + queue}; the collector did not take them`,
      );
  }
}

/** Opens a cache that is expected to be there, and remarks where a new one was made. */
async function openCache(session: Session, options: CreateCacheOptions): Promise<ConfiguredCache> {
  let missing: readonly NewFolder[] = [];
  const cache = await createCache({
    ...options,
    onConfig: (config) => void (missing = missingFolders(config)),
  });
  for (const made of madeFolders(missing)) session.output.note(made);
  return cache;
}

function sourceOf(
  session: Session,
  options: CommonOptions,
): Pick<CreateCacheOptions, "env" | "logger"> & Readonly<{ configPath: string }> {
  const { env, output } = session;
  return { configPath: configPath(session, options), env, logger: notingLogger(output) };
}

function notingLogger(output: Output): Logger {
  const note = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    const details = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}`);
    output.note([message, ...details].join("; "));
  };
  return { debug: () => undefined, info: () => undefined, warn: note, error: note };
}

/** The exit code and the line for a person that an error comes to. */
export function explain(
  error: unknown,
  isTerminal: boolean,
): Readonly<{ code: number; text: string }> {
  if (error instanceof ExitError) return { code: error.exitCode, text: error.message };
  if (error instanceof ConfigError)
    return {
      code: EXIT.wrongUse,
      text: formatConfigProblems(error.problems, { color: isTerminal }),
    };
  if (CacheError.isInstance(error)) {
    const refused = error.code.startsWith("invalid_");
    return { code: refused ? EXIT.wrongUse : EXIT.failed, text: error.message };
  }
  if (error instanceof Error && codeOf(error) !== undefined)
    return { code: EXIT.failed, text: error.message };
  return {
    code: EXIT.failed,
    text: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
