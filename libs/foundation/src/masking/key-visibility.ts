/**
 * What of a key or a scope's value leaves the process:
 * - `hmac`: the first 16 hexadecimal digits of HMAC-SHA256 of its canonical path under HMAC-SHA256(secret, tenant id). Equal for the same key of
 *   the same tenant, different for other tenants, not to be inverted without the secret.
 * - `prefix`: of a key or prefix of n segments the first two, but never all n, then `#` and the digits of `hmac`; of tags and globs `hmac`.
 * - `plain`: all of it.
 */
export type KeyVisibility = "hmac" | "plain" | "prefix";
