import { CacheError } from "./errors.ts";

const TENANT = /^(?!\.)(?!__)[A-Za-z0-9_\-.:]{1,128}$/;

/**
 * Checks a tenant id at the edge: 1 to 128 of `A-Z a-z 0-9 _ - . :`, no leading dot or `__`. Returns it unchanged: the id is its
 * own canonical form, and holds neither `/` nor `%`, so a backend may put it before a separator of those.
 * Throws `invalid_tenant`.
 */
export function checkTenant(tenantId: string): string {
  if (typeof tenantId === "string" && TENANT.test(tenantId)) return tenantId;
  const shown =
    typeof tenantId === "string" ? JSON.stringify(tenantId.slice(0, 140)) : typeof tenantId;
  throw new CacheError(
    "invalid_tenant",
    `Tenant id ${shown} is refused: use 1 to 128 of A-Z a-z 0-9 _ - . : without a leading "." or "__"`,
  );
}
