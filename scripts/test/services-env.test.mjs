import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { servicesHint, withServices } from "../bootstrap/services-env.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cogniverse-env-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @param {number} pid */
function fileOf(pid) {
  const file = join(folder, ".env");
  const text = `# Servers of \`npm run services\`, process ${pid}; gone when it ends\nREDIS_URL="redis://a"\nS3_ENDPOINT="http://b"\n`;
  writeFileSync(file, text);
  return file;
}

test("gives the addresses of servers that run, and leaves what is set", () => {
  expect(withServices({ REDIS_URL: "redis://mine" }, fileOf(process.pid))).toEqual({
    REDIS_URL: "redis://mine",
    S3_ENDPOINT: "http://b",
  });
});

test("takes nothing from the file of a process that is gone", () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  expect(withServices({ A: "1" }, fileOf(pid))).toEqual({ A: "1" });
});

test("needs no file", () => {
  expect(withServices({ A: "1" }, join(folder, "none"))).toEqual({ A: "1" });
});

test("a failure without the servers that its configuration needs says how to start them", () => {
  const none = join(folder, "none");
  const args = ["--config", "configs/production.yaml"];
  expect(servicesHint(args, {}, none)).toContain("`npm run services`");
  expect(servicesHint(args, {}, fileOf(process.pid))).toBeUndefined();
  expect(servicesHint(args, { S3_ENDPOINT: "http://mine" }, none)).toBeUndefined();
  expect(servicesHint(["--config", "configs/embedded.yaml"], {}, none)).toBeUndefined();
});
