/** The code of a system error, such as `ENOENT`. Asks for no class: in a test, errors of Node are of another realm. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
