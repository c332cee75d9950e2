import { execFile } from "node:child_process";
import { expect, test } from "@jest/globals";
import type { ModelFailure } from "@cogniverse/testkit";
import { mutatedCore } from "./mutated-core.ts";
import { seededBugs } from "./seeded-bugs.ts";

const PROGRAMS = 20_000;

/** A bug that nobody finds would take as long as all the programs do. */
const TIME_LIMIT_MS = 600_000;

interface Found {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
}

interface Report {
  readonly programs: number;
  readonly failure: ModelFailure | null;
}

function check(file: string): Promise<Found> {
  // One worker, so that the number of programs is the same each time.
  const args = ["--json", "--workers", "1", "--programs", String(PROGRAMS)];
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      ["--conditions=@cogniverse/source", file, ...args],
      (error, stdout) => resolve({ code: error?.code ?? 0, stdout }),
    ),
  );
}

test.each(seededBugs)(
  "found within 20,000 programs: $name (rule $rule)",
  async (bug) => {
    using copy = mutatedCore(bug);
    const { code, stdout } = await check(copy.path("test/model/check-model.main.ts"));
    expect(code).toBe(1);
    // What this command prints with --json.
    const { programs, failure } = JSON.parse(stdout) as Report;
    expect(failure?.wrong[0]).toMatch(/^a read of /);
    expect(programs).toBeLessThanOrEqual(PROGRAMS);
    process.stdout.write(`rule ${bug.rule}: ${bug.name}: found by program ${programs}\n`);
  },
  TIME_LIMIT_MS,
);

test("there are ten, each with a name of its own", () => {
  expect(new Set(seededBugs.map(({ name }) => name)).size).toBe(10);
});
