import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { installComponent, installedComponent, type Component } from "../src/install/component.ts";
import { showProgress } from "../src/install/progress.ts";
import { startChild } from "./child.ts";

let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "install-"))));
afterAll(() => rm(folder, { recursive: true }));

function component(
  name: string,
  fingerprint = "1",
): Component & { readonly installs: () => number } {
  let installs = 0;
  return {
    name,
    title: name,
    fingerprint,
    files: ["program"],
    async install() {
      installs += 1;
      const program = join(folder, `${name}-program`);
      await writeFile(program, "");
      return { program };
    },
    installs: () => installs,
  };
}

const silent = (): void => undefined;

test("installs once, again for another version, and again when the program is gone", async () => {
  const first = component("stamped");
  expect(installedComponent(first, folder)).toBeUndefined();
  const { program = "" } = await installComponent(first, silent, folder);
  await installComponent(first, silent, folder);
  expect(first.installs()).toBe(1);
  const newer = component("stamped", "2");
  expect(installedComponent(newer, folder)).toBeUndefined();
  await installComponent(newer, silent, folder);
  expect(newer.installs()).toBe(1);
  await rm(program);
  expect(installedComponent(newer, folder)).toBeUndefined();
  await installComponent(newer, silent, folder);
  expect(newer.installs()).toBe(2);
});

test("a failed install is tried again", async () => {
  const failing = { ...component("failing"), install: () => Promise.reject(new Error("offline")) };
  await expect(installComponent(failing, silent, folder)).rejects.toThrow("offline");
  expect(await installComponent(component("failing"), silent, folder)).toHaveProperty("program");
});

test("processes that ask at once install once, also after one of them was killed in the middle", async () => {
  const killed = await startChild("installing", [folder, "never"]);
  killed.process.kill("SIGKILL");
  await killed.ended;
  expect(existsSync(join(folder, "install-shared.lock"))).toBe(true);
  const children = await Promise.all(
    Array.from({ length: 3 }, () => startChild("installing", [folder, "once"])),
  );
  expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  expect(await readFile(join(folder, "installs"), "utf8")).toBe("never\nonce\n");
});

test("says what it does: whole lines in a pipe, one moving line on a terminal", async () => {
  const said = async (isTTY: boolean): Promise<string> => {
    let text = "";
    const write = (part: string): unknown => (text += part);
    const progress = showProgress({ isTTY, columns: 40, write });
    await progress.step("Redis", async (note) => note("downloading\n"));
    progress.end();
    return text.replaceAll(/\d+\.\d s/g, "N s");
  };
  expect(await said(false)).toBe("- Installing Redis\n✓ Installing Redis  N s\n");
  expect(await said(true)).toBe("\r\u001B[2K✓ Installing Redis  N s\n\r\u001B[2K");
});
