import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const child = fileURLToPath(new URL("mirror-heap.child.ts", import.meta.url));

test("what a mirror of 100,000 scopes says it takes is within 30 % of the heap it takes", async () => {
  const options = ["--expose-gc", "--no-warnings", "--conditions=@cogniverse/source", child];
  const { stdout } = await promisify(execFile)(process.execPath, options, { env: {} });
  const results = JSON.parse(stdout) as { shape: string; real: number; told: number }[];
  expect(results).toHaveLength(3);
  for (const { shape, real, told } of results) {
    const ratio = told / real;
    expect({
      shape,
      fits: ratio > 0.7 && ratio < 1.3 ? "yes" : `${told} told, ${real} real`,
    }).toEqual({ shape, fits: "yes" });
  }
});
