import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { installFingerprint, isInstalled, markInstalled } from "../bootstrap/install-stamp.mjs";

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "install-stamp-"));
  for (const dir of ["node_modules", "libs/a", "apps/b"]) {
    mkdirSync(join(root, dir), { recursive: true });
  }
  write("pnpm-lock.yaml", "lockfileVersion: 9");
  write("package.json", "{}");
  write("libs/a/package.json", "{}");
});

afterEach(() => rmSync(root, { recursive: true }));

test("a fresh folder is not installed", () => {
  expect(isInstalled(root, fingerprint())).toBe(false);
});

test("is installed once marked, until an input changes", () => {
  markInstalled(root, fingerprint());
  expect(isInstalled(root, fingerprint())).toBe(true);
  write("pnpm-lock.yaml", "lockfileVersion: 10");
  expect(isInstalled(root, fingerprint())).toBe(false);
});

test.each([
  ["a manifest changes", () => write("libs/a/package.json", '{ "name": "a" }')],
  ["a package is added", () => write("apps/b/package.json", "{}")],
  ["a setting of the workspace changes", () => write("pnpm-workspace.yaml", "packages: []")],
])("%s: install again", (_name, change) => {
  const before = fingerprint();
  change();
  expect(fingerprint()).not.toBe(before);
});

test("another installer means another install", () => {
  expect(installFingerprint(root, "pnpm@2")).not.toBe(installFingerprint(root, "pnpm@1"));
});

test("deleting node_modules deletes the stamp", () => {
  markInstalled(root, fingerprint());
  rmSync(join(root, "node_modules"), { recursive: true });
  expect(isInstalled(root, fingerprint())).toBe(false);
});

function fingerprint() {
  return installFingerprint(root, "pnpm@1");
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  writeFileSync(join(root, file), text);
}
