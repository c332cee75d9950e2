import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../bootstrap/children.mjs";
import { nodePath, oldestNode, oldestNodePath, root, triedNodes } from "../bootstrap/paths.mjs";

/**
 * @typedef {object} Packed a package as it would be published, and where it is developed
 * @property {import("./manifest.mjs").Unpacked} unpacked
 * @property {string} packageDir
 */

/** Exits with 1 and says why unless the runtime alone leaves OpenTelemetry's SDK on the disk, which `/node` then loads. */
const sdkOnDemand = `
  const parts = () =>
    Object.keys(require.cache).filter((path) => /[\\\\/]@opentelemetry[\\\\/+](?:sdk|exporter)-/.test(path));
  require("@cogniverse/runtime");
  const early = parts();
  require("@cogniverse/foundation/node");
  if (early.length > 0) throw new Error("loaded with @cogniverse/runtime: " + early[0]);
  if (parts().length === 0) throw new Error("@cogniverse/foundation/node loaded no SDK that this check sees");
`;

/**
 * Runs the README's example on what would be published, on both ends of the range of Node, and sees
 * that whoever has no telemetry loads no SDK of it. The packages are laid out as npm lays them out,
 * with third-party ones linked from the workspace, so that no registry is asked.
 *
 * @param {{ packages: readonly Packed[], dir: string }} request `dir` must not be there yet
 * @returns {Promise<string[]>} what failed
 */
export async function checkTogether({ packages, dir }) {
  layOut(packages, dir);
  const { config, example } = readmeExample(readFileSync(join(root, "README.md"), "utf8"));
  const failures = await Promise.all([
    tryExample({ node: nodePath, name: "this Node", dir: join(dir, "newest"), config, example }),
    tryExample({
      node: oldestNodePath,
      name: oldestNode,
      dir: join(dir, "oldest"),
      config,
      example: withoutUsing(example),
    }),
    ...triedNodes.map((node) => trySdkOnDemand(node, dir)),
  ]);
  return failures.filter((failure) => failure !== undefined);
}

/**
 * @param {readonly Packed[]} packages
 * @param {string} dir
 */
function layOut(packages, dir) {
  const modules = join(dir, "node_modules");
  for (const { unpacked } of packages) {
    const linked = join(unpacked.dir, "node_modules");
    cpSync(unpacked.dir, join(modules, unpacked.manifest.name), {
      recursive: true,
      filter: (source) => source !== linked,
    });
  }
  const own = new Set(packages.map(({ unpacked }) => unpacked.manifest.name));
  /** @type {Set<string>} */
  const there = new Set();
  for (const { unpacked, packageDir } of packages) {
    for (const name of Object.keys(unpacked.manifest.dependencies ?? {})) {
      if (own.has(name) || there.has(name)) continue;
      there.add(name);
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      const source = realpathSync(join(packageDir, "node_modules", name));
      symlinkSync(source, join(modules, name), "junction");
    }
  }
}

/**
 * @param {{ node: string, name: string, dir: string, config: string, example: string }} attempt
 * @returns {Promise<string | undefined>}
 */
async function tryExample({ node, name, dir, config, example }) {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "cache.yaml"), config);
  writeFileSync(join(dir, "example.mjs"), example);
  const { code, output } = await run(node, ["example.mjs"], { cwd: dir, onOutput() {} });
  if (code === 0 && output.includes("found: true") && output.includes("hit: false"))
    return undefined;
  return `The README's example, on ${name}, with what would be published:\n${output.trim()}`;
}

/**
 * @param {{ name: string, path: string }} node
 * @param {string} dir
 * @returns {Promise<string | undefined>}
 */
async function trySdkOnDemand({ name, path }, dir) {
  const args = ["--input-type=commonjs", "--eval", sdkOnDemand];
  const { code, output } = await run(path, args, { cwd: dir, onOutput() {} });
  return code === 0 ? undefined : `OpenTelemetry's SDK on demand, on ${name}:\n${output.trim()}`;
}

/**
 * @param {string} readme
 * @returns {{ config: string, example: string }}
 */
export function readmeExample(readme) {
  const block = (/** @type {string} */ language) =>
    new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "ms").exec(readme)?.[1] ?? "";
  return { config: block("yaml"), example: block("ts") };
}

/**
 * @param {string} example
 * @returns {string} the same for a Node that cannot parse `await using`
 */
export function withoutUsing(example) {
  return `${example.replace("await using cache =", "const cache =")}\nawait cache.close();\n`;
}
