import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { run } from "../bootstrap/children.mjs";
import { Failure } from "../bootstrap/failure.mjs";
import { triedNodes } from "../bootstrap/paths.mjs";
import { codeEntries } from "./manifest.mjs";

/** `@jest/globals` refuses to load outside jest; the tests of the tiers load these entries in it. */
const onlyInsideJest = ["@cogniverse/testkit/jest"];

/**
 * @param {{ tarball: string, packageDir: string }} packed
 * @returns {Promise<import("./manifest.mjs").Unpacked>}
 */
export async function unpack({ tarball, packageDir }) {
  const target = tarball.replace(/\.tgz$/, "");
  mkdirSync(target, { recursive: true });
  const args = ["-xzf", tarball, "-C", target];
  const { code, output } = await run("tar", args, { onOutput() {} });
  if (code !== 0) throw new Failure(`tar ${args.join(" ")}: ${output}`);
  const dir = join(target, "package");
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)));
  // Dependencies come from the workspace: what is tried here is this package's own content.
  const dependencies = join(packageDir, "node_modules");
  if (existsSync(dependencies)) symlinkSync(dependencies, join(dir, "node_modules"), "junction");
  return { dir, files, manifest: JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) };
}

/**
 * Loads every entry both ways and starts every command, on both ends of the range of Node.
 *
 * @param {import("./manifest.mjs").Unpacked} unpacked
 * @returns {Promise<string | undefined>[]} what failed, per attempt
 */
export function checkLoading({ dir, manifest }) {
  const entries = codeEntries(manifest).filter((entry) => !onlyInsideJest.includes(entry));
  const loads = entries.flatMap((entry) => [
    ["--input-type=module", "--eval", `await import(${JSON.stringify(entry)})`],
    ["--input-type=commonjs", "--eval", `require(${JSON.stringify(entry)})`],
  ]);
  const commands = Object.values(manifest.bin ?? {}).map((file) => [join(dir, file), "--help"]);
  return triedNodes.flatMap(({ name, path }) =>
    [...loads, ...commands].map(async (args) => {
      const { code, output } = await run(path, args, { cwd: dir, onOutput() {} });
      return code === 0 ? undefined : `node ${args.join(" ")} on ${name}:\n${output.trim()}`;
    }),
  );
}
