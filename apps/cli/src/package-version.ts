import { createRequire } from "node:module";

/** The version of this program's package. */
export function packageVersion(): string {
  // Beside `src` as beside `dist`. Read at run time: an import would put package.json into the build.
  const found: unknown = createRequire(import.meta.url)("../package.json");
  if (typeof found !== "object" || found === null || !("version" in found)) return "unknown";
  return String(found.version);
}
