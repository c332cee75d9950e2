import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const script = fileURLToPath(new URL("held-memory.child.ts", import.meta.url));

function run(...args: readonly string[]): unknown {
  const flags = ["--expose-gc", "--conditions=@cogniverse/source", script, ...args];
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: "utf8" }));
}

// The script prints names of kinds when it is given none.
const kinds = run() as readonly string[];

describe("what is charged is what is held, within 15 %", () => {
  test.each(kinds)("%s", (kind) => {
    // As the script prints it.
    const { charged, held } = run(kind) as { charged: number; held: number };
    expect(charged / held).toBeGreaterThan(0.85);
    expect(charged / held).toBeLessThan(1.15);
  });
});
