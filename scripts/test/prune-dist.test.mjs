import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { pruneDist } from "../build/prune-dist.mjs";

let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "prune-dist-"));
  mkdirSync(join(dir, "src/codec"), { recursive: true });
  mkdirSync(join(dir, "dist/codec"), { recursive: true });
});

afterEach(() => rmSync(dir, { recursive: true }));

test("keeps what has a source, and what no compiler made", () => {
  writeFileSync(join(dir, "src/codec/json.ts"), "");
  const kept = ["codec/json.js", "codec/json.js.map", "codec/json.d.ts", "src.tsbuildinfo"];
  const gone = ["codec/old.js", "codec/old.js.map", "codec/old.d.ts"];
  for (const file of [...kept, ...gone]) writeFileSync(join(dir, "dist", file), "");
  pruneDist(dir);
  expect(kept.filter((file) => existsSync(join(dir, "dist", file)))).toEqual(kept);
  expect(gone.filter((file) => existsSync(join(dir, "dist", file)))).toEqual([]);
});

test("a package that was never built is no error", () => {
  rmSync(join(dir, "dist"), { recursive: true });
  expect(() => pruneDist(dir)).not.toThrow();
});
