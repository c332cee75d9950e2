import { CacheError } from "@cogniverse/sdk";

/** Failures that pass by themselves: too many open files, a device that is busy, a full disk that somebody may empty. */
const PASSING: ReadonlySet<string> = new Set([
  "EAGAIN",
  "EBUSY",
  "EDQUOT",
  "EINTR",
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ENOSPC",
  "MDB_MAP_FULL",
  "MDB_READERS_FULL",
  "MDB_TXN_FULL",
]);

/** errno and LMDB codes as lmdb reports them: bare numbers in `code`. */
const NUMBERED: Readonly<Record<number, string>> = {
  4: "EINTR",
  5: "EIO",
  11: "EAGAIN",
  12: "ENOMEM",
  13: "EACCES",
  16: "EBUSY",
  22: "EINVAL",
  23: "ENFILE",
  24: "EMFILE",
  28: "ENOSPC",
  30: "EROFS",
  122: "EDQUOT",
  [-30790]: "MDB_READERS_FULL",
  [-30788]: "MDB_TXN_FULL",
  [-30792]: "MDB_MAP_FULL",
  [-30793]: "MDB_INVALID",
  [-30794]: "MDB_VERSION_MISMATCH",
  [-30796]: "MDB_CORRUPTED",
  [-30797]: "MDB_PAGE_NOTFOUND",
};

/** The system's or LMDB's name of a failure; "unknown" where it has none. */
export function failureCode(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "unknown";
  if (typeof error.code === "string") return error.code;
  return typeof error.code === "number" ? (NUMBERED[error.code] ?? String(error.code)) : "unknown";
}

/** What a failing disk means to the cache. Passes {@link CacheError} and the reason of an aborted signal on as they are. */
export function translateDiskError(error: unknown, tier: string, doing: string): unknown {
  if (CacheError.isInstance(error) || isAbort(error)) return error;
  const code = failureCode(error);
  const message = `Tier "${tier}" could not ${doing}: ${code}. ${advice(code)}`;
  return new CacheError("tier_unavailable", message, {
    cause: error,
    retryable: PASSING.has(code),
  });
}

function isAbort(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("name" in error)) return false;
  return error.name === "AbortError" || error.name === "TimeoutError";
}

function advice(code: string): string {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return "Free disk space, or lower max_size_gb or raise min_free_gb.";
    case "EMFILE":
    case "ENFILE":
      return "Too many files are open; raise the limit (ulimit -n).";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "The process may not write to base_path; check its owner and mount.";
    case "EEXIST":
    case "ENOTDIR":
      return "base_path, or a part of it, is a file: name a directory.";
    case "MDB_INVALID":
    case "MDB_CORRUPTED":
    case "MDB_PAGE_NOTFOUND":
      return "The index is damaged; remove base_path while no process uses it, the cache refills.";
    default:
      return "Check the disk that holds base_path.";
  }
}
