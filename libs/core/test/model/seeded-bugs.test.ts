import { expect, test } from "@jest/globals";
import type { ModelFailure } from "@cogniverse/testkit";
import { reportOf, runCommand } from "@cogniverse/test-servers/commands";
import { mutatedCore } from "./mutated-core.ts";
import { seededBugs } from "./seeded-bugs.ts";

const PROGRAMS = 20_000;

/** A bug that nobody finds would take as long as all the programs do. */
const TIME_LIMIT_MS = 600_000;

interface Report {
  readonly programs: number;
  readonly failure: ModelFailure | null;
}

/** One worker, so that the number of programs is the same each time. */
const ARGS = ["--json", "--workers", "1", "--programs", String(PROGRAMS)];

test.each(seededBugs)(
  "found within 20,000 programs: $name (rule $rule)",
  async (bug) => {
    using copy = mutatedCore(bug);
    const ended = await runCommand(copy.url("test/model/check-model.main.ts"), ARGS);
    expect(ended.code).toBe(1);
    // What this command prints with --json.
    const { programs, failure } = reportOf(ended) as Report;
    expect(failure?.wrong[0]).toMatch(/^a read of /);
    expect(programs).toBeLessThanOrEqual(PROGRAMS);
    process.stdout.write(`rule ${bug.rule}: ${bug.name}: found by program ${programs}\n`);
  },
  TIME_LIMIT_MS,
);

test("there are ten, each with a name of its own", () => {
  expect(new Set(seededBugs.map(({ name }) => name)).size).toBe(10);
});
