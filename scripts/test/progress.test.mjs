import { expect, test } from "@jest/globals";
import { createProgress, lastLine } from "../bootstrap/progress.mjs";

test("a pipe gets plain lines", async () => {
  const { stream, text } = recorder({});
  await createProgress(stream).step("Installing", async (note) => note("one\ntwo\n"));
  expect(text()).toMatch(/^- Installing\n✓ Installing {2}\d+\.\d s\n$/);
});

test("a failed step is marked and its error passes on", async () => {
  const { stream, text } = recorder({});
  const failing = createProgress(stream).step("Installing", () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(text()).toMatch(/✗ Installing/);
});

test("a terminal keeps only the last line of a step", async () => {
  const { stream, text } = recorder({ isTTY: true, columns: 40 });
  await createProgress(stream).step("Installing", () => Promise.resolve());
  expect(text().startsWith("\r\u001B[2K✓ Installing")).toBe(true);
});

test("lastLine ignores colours, carriage returns and empty lines", () => {
  expect(lastLine("a\r\u001B[32mb\u001B[0m\n\n")).toBe("b");
  expect(lastLine("\n")).toBeUndefined();
});

/** @param {{ isTTY?: boolean, columns?: number }} terminal */
function recorder(terminal) {
  /** @type {string[]} */
  const written = [];
  const stream = { ...terminal, write: (/** @type {string} */ part) => written.push(part) };
  return { stream, text: () => written.join("") };
}
