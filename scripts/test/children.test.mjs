import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { run } from "../bootstrap/children.mjs";

const interrupted = fileURLToPath(new URL("interrupted.child.mjs", import.meta.url));

test("gives the exit code and what the child said", async () => {
  const script = "console.log('out'); console.error('err'); process.exit(3)";
  const result = await run(process.execPath, ["--eval", script], { onOutput() {} });
  expect(result.code).toBe(3);
  expect(result.output.split("\n").toSorted()).toEqual(["", "err", "out"]);
});

test("a program that is not there is an error", async () => {
  await expect(run("no-such-program", [], { onOutput() {} })).rejects.toThrow("ENOENT");
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
])("%s ends the child, clears the terminal and exits with %i", async (signal, code) => {
  const parent = spawn(process.execPath, [interrupted], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  parent.stdout.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  await once(parent.stdout, "data");
  const childPid = Number(output);
  expect(isAlive(childPid)).toBe(true);
  parent.kill(/** @type {NodeJS.Signals} */ (signal));
  expect(await once(parent, "close")).toEqual([code, null]);
  expect(output).toBe(`${childPid}\ncleared\n`);
  expect(isAlive(childPid)).toBe(false);
});

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
