import { CacheError, type CacheErrorCode, type CacheErrorOptions } from "@cogniverse/sdk";

type Rule = Readonly<{
  fits: RegExp;
  code: CacheErrorCode;
  retryable: boolean;
  /** What to do about it. */
  advice: string;
}>;

/** In order of trial. The words are the server's and ioredis' own. */
const RULES: readonly Rule[] = [
  {
    // Within a script Redis 7.0 does not say which command it was; `examine` does.
    fits: /^NOPERM|can't run this command|can't access at least one of the keys|ACL failure in script/,
    code: "auth",
    retryable: false,
    advice:
      "grant the ACL user what the README of @cogniverse/cache-redis lists; doctor names what is missing",
  },
  {
    fits: /^(NOAUTH|WRONGPASS|DENIED)|AUTH failed|invalid password|invalid username-password/,
    code: "auth",
    retryable: false,
    advice: "check username and password",
  },
  {
    fits: /DB index is out of range/,
    code: "invalid_config",
    retryable: false,
    advice: "name a database in the url that the server has",
  },
  {
    fits: /OOM command not allowed/,
    // Of this write, not of the tier: reads go on, and eviction or expiry makes room again.
    code: "too_large",
    retryable: true,
    advice: "the server is at maxmemory and evicts nothing: raise it or choose an eviction policy",
  },
  {
    fits: /max number of clients/,
    code: "throttled",
    retryable: true,
    advice: "raise maxclients or run fewer processes",
  },
  {
    fits: /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_|ERR_TLS|self-signed|unable to verify|unknown ca/i,
    code: "tier_unavailable",
    retryable: false,
    advice: "set tls.ca to the certificate authority of the server",
  },
  {
    fits: /^(LOADING|READONLY|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|BUSY|MISCONF|NOREPLICAS)|Cluster redirections|-READONLY/,
    code: "tier_unavailable",
    retryable: true,
    advice: "it comes back by itself once the server has a writable master",
  },
  {
    fits: /^E[A-Z]+$|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN|[Cc]onnection is closed|connection close|isn't (writeable|ready)|Socket timeout|Failed to refresh slots|startup nodes|All sentinels|max retries per request|Cluster is ended|timed out/,
    code: "tier_unavailable",
    retryable: true,
    advice:
      "check that the server runs and that the url is right; the connection is tried again by itself",
  },
];

/** What a failed call throws: a {@link CacheError} that names the tier and what to do. `doing`: such as "read an entry". */
export function translateRedisError(error: unknown, tier: string, doing: string): CacheError {
  if (CacheError.isInstance(error)) return error;
  const message = messageOf(error);
  const rule = RULES.find(({ fits }) => fits.test(message) || fits.test(codeOf(error)));
  const { code, retryable, advice } = rule ?? {
    code: "tier_unavailable",
    retryable: false,
    advice: "the server's own words are the cause",
  };
  return redisError(code, `Redis tier "${tier}" cannot ${doing}: ${message}; ${advice}`, {
    retryable,
    // Not the error itself: ioredis keeps in it the arguments of the command, credentials and cached values among them.
    cause: new Error(message),
  });
}

/** The call was not answered in time. */
export function timedOut(tier: string, doing: string, limitMs: number): CacheError {
  return redisError(
    "timeout",
    `Redis tier "${tier}" did not ${doing} within ${Math.round(limitMs)} ms; check the server's load or raise command_timeout_ms`,
    { retryable: true },
  );
}

/** The backend was closed before the call. */
export function isClosed(tier: string, doing: string): CacheError {
  return redisError("closed", `Redis tier "${tier}" was closed and cannot ${doing}`, {});
}

function redisError(code: CacheErrorCode, message: string, options: CacheErrorOptions): CacheError {
  return new CacheError(code, message, options);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // ioredis keeps what went wrong at the nodes of a cluster or at the sentinels beside its own words.
  const last = "lastNodeError" in error ? error.lastNodeError : undefined;
  const own = error.message === "" ? error.name : error.message;
  return last instanceof Error && !own.includes(last.message) ? `${own} ${last.message}` : own;
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
