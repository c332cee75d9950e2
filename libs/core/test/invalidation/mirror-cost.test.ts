import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

type Costs = Readonly<{
  heap: readonly Readonly<{ kind: string; real: number; told: number; globs: number }>[];
  check: Readonly<{ fewUs: number; manyUs: number }>;
}>;

const child = fileURLToPath(new URL("mirror-cost.child.ts", import.meta.url));
const options = ["--expose-gc", "--no-warnings", "--conditions=@cogniverse/source", child];
const { stdout } = await promisify(execFile)(process.execPath, options, { env: {} });
// What the script beside this one prints.
const { heap, check } = JSON.parse(stdout) as Costs;

test.each(heap.map((one) => [one.kind, one] as const))(
  "a scope of kind %s takes less than 400 bytes of heap, and what the mirror tells is within 30 % of it",
  (_, { real, told }) => {
    expect(real).toBeLessThan(400);
    expect(told / real).toBeGreaterThan(0.7);
    expect(told / real).toBeLessThan(1.3);
  },
);

test("globs are no more than 256, however many come", () => {
  expect(heap.find(({ kind }) => kind === "glob")?.globs).toBe(256);
});

test("a check does not grow with the scopes: of 100,000 it looks up what the copy has, as of 1,000", () => {
  // Looking at each of them would take a hundred times as long. Caches of the processor alone account for a few times.
  expect(check.manyUs / check.fewUs).toBeLessThan(20);
});
