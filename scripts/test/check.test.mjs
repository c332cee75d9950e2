import { describe, expect, test } from "@jest/globals";
import { linesWithHost } from "../check/lockfile.mjs";
import { codeEntries, unpublishable } from "../check/manifest.mjs";
import { readmeExample, withoutUsing } from "../check/together.mjs";

describe("linesWithHost", () => {
  test("finds tarball addresses, whatever their host", () => {
    const lockfile = "a:\n  resolution: {integrity: sha512-x}\n  tarball: https://host/a.tgz\n";
    expect(linesWithHost(lockfile)).toEqual(["3: tarball: https://host/a.tgz"]);
  });

  test("finds nothing in a lockfile of plain integrities", () => {
    expect(linesWithHost("a:\n  resolution: {integrity: sha512-x}\n")).toEqual([]);
  });
});

describe("codeEntries", () => {
  test("names entries as users import them, and leaves out those that are no code", () => {
    const exports = {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./keys": { types: "./dist/keys.d.ts", default: "./dist/keys.js" },
      "./schema.json": "./schema.json",
      "./package.json": "./package.json",
    };
    expect(codeEntries({ name: "@x/y", exports })).toEqual(["@x/y", "@x/y/keys"]);
  });

  test("a package of commands alone has none", () => {
    expect(codeEntries({ name: "x" })).toEqual([]);
  });
});

describe("unpublishable", () => {
  const files = ["README.md", "LICENSE", "CHANGELOG.md", "dist/index.js"];

  test("finds nothing wrong with a package that is in order", () => {
    expect(unpublishable({ dir: "", manifest: { name: "x" }, files })).toEqual([]);
  });

  test("finds the condition that only this workspace knows", () => {
    const exports = { ".": { "@cogniverse/source": "./src/index.ts" } };
    const problems = unpublishable({ dir: "", manifest: { name: "x", exports }, files });
    expect(problems).toEqual([expect.stringContaining("@cogniverse/source")]);
  });

  test("leaves scripts alone", () => {
    const manifest = { name: "x", scripts: { dev: "node --conditions=@cogniverse/source" } };
    expect(unpublishable({ dir: "", manifest, files })).toEqual([]);
  });

  test("finds what is missing and what is too much", () => {
    const odd = ["README.md", "CHANGELOG.md", "dist/src.tsbuildinfo"];
    expect(unpublishable({ dir: "", manifest: { name: "x" }, files: odd })).toEqual([
      "LICENSE is missing from the tarball",
      "dist/src.tsbuildinfo is in the tarball",
    ]);
  });
});

describe("the README's example", () => {
  test("is its first block of each kind", () => {
    const readme = "# A\n```yaml\na: 1\n```\n```ts\nb();\n```\n```ts\nc();\n```\n";
    expect(readmeExample(readme)).toEqual({ config: "a: 1\n", example: "b();\n" });
  });

  test("is closed by hand where `await using` cannot be parsed", () => {
    expect(withoutUsing("await using cache = open();\nuse(cache);")).toBe(
      "const cache = open();\nuse(cache);\nawait cache.close();\n",
    );
  });
});
