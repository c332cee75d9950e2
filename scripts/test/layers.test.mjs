import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { run } from "../bootstrap/children.mjs";
import { root } from "../bootstrap/paths.mjs";
import { toolCommand } from "../bootstrap/tools.mjs";
import { workspaceEnv } from "../bootstrap/workspace.mjs";
import { upwardDependencies } from "../check/layers.mjs";

// A workspace of two packages under the layer rules of this one.
let workspace = "";

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "layers-"));
  for (const file of ["turbo.json", "package.json"])
    cpSync(join(root, file), join(workspace, file));
  write("pnpm-workspace.yaml", "packages:\n  - libs/*\n");
  write("pnpm-lock.yaml", "lockfileVersion: '9.0'\n");
});

afterEach(() => rmSync(workspace, { recursive: true }));

test("a package may import the layer below it", async () => {
  addPackage({ name: "sdk", tag: "sdk" });
  addPackage({ name: "core", tag: "core", imports: "sdk" });
  expect(await boundaries()).toMatchObject({ code: 0 });
});

test.each([
  ["sdk", "core"],
  ["backend", "core"],
  ["core", "runtime"],
  ["testkit", "core"],
  ["runtime", "app"],
])("%s may not import %s", async (tag, imports) => {
  addPackage({ name: imports, tag: imports });
  addPackage({ name: tag, tag, imports });
  const { code, output } = await boundaries();
  expect(output).toMatch(new RegExp(`@cogniverse/${imports}`));
  expect(code).not.toBe(0);
});

test("a package may not import what it does not declare", async () => {
  addPackage({ name: "sdk", tag: "sdk" });
  addPackage({ name: "core", tag: "core" });
  write("libs/core/src/index.ts", 'import "@cogniverse/sdk";\n');
  const { code, output } = await boundaries();
  expect(output).toMatch(/not a dependency/);
  expect(code).not.toBe(0);
});

test("what tests may use, a published package may not need", () => {
  const packages = [
    { name: "s", layer: "sdk", needs: [] },
    { name: "m", layer: "backend", needs: ["s"] },
    { name: "t", layer: "testkit", needs: ["s", "elsewhere"] },
    { name: "c", layer: "core", needs: ["s", "m", "t"] },
  ];
  expect(upwardDependencies(packages)).toEqual([
    "c (core) may not depend on m (backend)",
    "c (core) may not depend on t (testkit)",
  ]);
});

test("a package without a layer may depend on no other", () => {
  const packages = [
    { name: "s", layer: "sdk", needs: [] },
    { name: "x", layer: undefined, needs: ["s"] },
  ];
  expect(upwardDependencies(packages)).toHaveLength(1);
});

/** @param {{ name: string, tag: string, imports?: string }} item */
function addPackage({ name, tag, imports }) {
  const dependencies = imports ? { [`@cogniverse/${imports}`]: "workspace:*" } : {};
  const manifest = { name: `@cogniverse/${name}`, version: "0.0.0", dependencies };
  mkdirSync(join(workspace, "libs", name, "src"), { recursive: true });
  write(`libs/${name}/package.json`, JSON.stringify(manifest));
  write(`libs/${name}/turbo.json`, JSON.stringify({ extends: ["//"], tags: [tag] }));
  write(`libs/${name}/src/index.ts`, imports ? `import "@cogniverse/${imports}";\n` : "");
}

function boundaries() {
  const [command, args] = toolCommand("turbo", ["boundaries"]);
  return run(command, args, { cwd: workspace, env: workspaceEnv(), onOutput() {} });
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  writeFileSync(join(workspace, file), text);
}
