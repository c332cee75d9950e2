import { rmSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, realpath, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { root } from "../bootstrap/paths.mjs";

/** What jest calls before and after tests that need no servers. */
export const noServers = "no-servers.mjs";

const left = new Set(["node_modules", "dist", "README.md", "CHANGELOG.md"]);

/**
 * Copies the libraries with their tests into a folder outside of the workspace. They find each other there, and their dependencies where
 * the workspace has them. The folder goes when this process ends, however it does.
 *
 * @returns {Promise<string>} its path
 */
export async function copyWorkspace() {
  // Without links on the way: packages are known by their real paths.
  const folder = await realpath(await mkdtemp(join(tmpdir(), "cogniverse-mutants-")));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const libs = await readdir(join(root, "libs"));
  await cp(join(root, "libs"), join(folder, "libs"), {
    recursive: true,
    filter: (from) => !left.has(basename(from)),
  });
  for (const name of ["package.json", "jest.preset.mjs"])
    await cp(join(root, name), join(folder, name));
  await writeFile(join(folder, noServers), "export default () => undefined;\n");
  // Where servers for tests are installed.
  await symlink(join(root, ".services"), join(folder, ".services"));
  await linkDependencies(root, folder, folder);
  for (const lib of libs)
    await linkDependencies(join(root, "libs", lib), join(folder, "libs", lib), folder);
  return folder;
}

/**
 * @param {string} from a package
 * @param {string} to its copy
 * @param {string} folder the copy of the workspace
 */
async function linkDependencies(from, to, folder) {
  const modules = join(from, "node_modules");
  await mkdir(join(to, "node_modules"), { recursive: true });
  for (const name of await packagesIn(modules)) {
    const target = await realpath(join(modules, name));
    const own = relative(join(root, "libs"), target);
    const isOwn = !own.startsWith("..");
    if (name.includes("/"))
      await mkdir(join(to, "node_modules", name.split("/")[0] ?? ""), { recursive: true });
    await symlink(isOwn ? join(folder, "libs", own) : target, join(to, "node_modules", name));
  }
}

/** @param {string} modules */
async function packagesIn(modules) {
  const names = await readdir(modules).catch(() => []);
  const nested = names
    .filter((name) => !name.startsWith("."))
    .map(async (name) =>
      name.startsWith("@")
        ? (await readdir(join(modules, name))).map((scoped) => `${name}/${scoped}`)
        : [name],
    );
  return (await Promise.all(nested)).flat();
}
