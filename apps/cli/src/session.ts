import { existsSync } from "node:fs";
import {
  ConfigError,
  createCache,
  formatConfigProblems,
  type ConfiguredCache,
} from "@cogniverse/runtime";
import { CacheError, type Logger } from "@cogniverse/sdk";
import { codeOf } from "./error-code.ts";
import { EXIT, ExitError } from "./exit-code.ts";
import { TierFailures } from "./left-out.ts";
import type { Output } from "./output.ts";

/** What every command is given beside its own options. */
export interface Session {
  readonly output: Output;
  /** All of standard input. Rejects with the signal's reason at Ctrl-C. */
  readonly readInput: () => Promise<Uint8Array>;
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
  const { env, output } = session;
  const path = configPath(session, options);
  const failures = new TierFailures();
  const { telemetry } = failures;
  const logger = notingLogger(output);
  const cache = await createCache({ configPath: path, env, logger, telemetry });
  try {
    session.signal.throwIfAborted();
    return await run(cache, failures);
  } finally {
    await cache.close();
  }
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
