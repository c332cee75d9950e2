import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

const emitted = /(\.d\.ts|\.js|\.js\.map)$/;

/**
 * Takes away what the compiler made of sources that are gone; it never does so itself, and a
 * package would go on publishing them.
 *
 * @param {string} packageDir
 */
export function pruneDist(packageDir) {
  const dist = join(packageDir, "dist");
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const source = join(packageDir, "src", relative(dist, file)).replace(emitted, ".ts");
    if (entry.isFile() && emitted.test(entry.name) && !existsSync(source)) rmSync(file);
  }
}
