import { describe, expect, test } from "@jest/globals";
import { explore, follow, isBad, wander } from "./explored/explore.ts";
import type { Budget, Missing } from "./explored/world.ts";

const budget = (more: Partial<Budget> = {}): Budget => ({
  reads: [1, 1],
  appends: 1,
  failures: 0,
  flushes: 0,
  doubts: 0,
  aways: 0,
  namings: 1,
  tables: 1,
  ...more,
});

const PLENTY = budget({ reads: [4, 4], failures: 2, doubts: 2, aways: 5, namings: 4, tables: 2 });

const of = (node: "A" | "B", ...steps: readonly string[]): readonly string[] =>
  steps.map((step) => `${node}: ${step}`);
const reads = (node: "A" | "B", table: 0 | 1): readonly string[] =>
  of(node, "begins to read", `registers in ${table}`, "serves by the table");
const names = (node: "A" | "B", table: 0 | 1): readonly string[] => {
  const register = `registers in ${table}`;
  const naming = `names ${table === 0 ? "a" : "b"}`;
  return of(node, "begins to read", register, naming, register, "serves by the table");
};
const away = "cannot reach a table";
const declares = (node: "A" | "B"): readonly string[] =>
  of(node, "begins to read", away, "declares that it serves alone", away, "serves alone");
const confirmed = of("A", "confirms what is named");
const appended = ["record 1 is appended"];
const acknowledged = [
  ...reads("A", 0),
  "A: tells what it has applied",
  "record 1 is acknowledged by the table",
];

/** A way to something dead that is served, for each protection. */
const WAYS: Readonly<Record<Exclude<Missing, "nothing">, readonly string[]>> = {
  "register before reading": [
    ...of("A", "begins to read", "reads the log", "names a", "reads the log", "registers late"),
    ...confirmed,
    ...of("B", "begins to read", "reads the log"),
    ...appended,
    "a drops A",
    "record 1 is acknowledged by the table",
    "B: registers late",
  ],
  "serve only by the table that the head names": [
    ...names("A", 0),
    ...reads("B", 1),
    ...confirmed,
    ...appended,
    ...acknowledged,
  ],
  "confirm after D": [
    ...names("B", 1),
    ...names("A", 0),
    ...confirmed,
    ...appended,
    ...acknowledged,
  ],
  "name each naming anew": [
    ...names("A", 0),
    ...confirmed,
    ...names("B", 1),
    ...names("A", 0),
    ...appended,
    ...acknowledged,
  ],
  "drop after D": [
    ...names("A", 0),
    ...reads("B", 0),
    ...confirmed,
    "a drops B",
    ...appended,
    ...acknowledged,
  ],
  "forget after D": [
    ...names("A", 0),
    ...declares("B"),
    "A: doubts the other",
    ...reads("A", 0),
    "A: forgets the other",
    ...confirmed,
    ...appended,
    ...acknowledged,
  ],
  "serve alone only unmarked": [
    ...names("A", 0),
    ...declares("B"),
    "A: doubts the other",
    ...reads("A", 0),
    ...of("B", "begins to read", away, "serves alone"),
    "A: forgets the other",
    ...confirmed,
    ...appended,
    ...acknowledged,
  ],
  "ask only where nobody is alone": [
    ...names("A", 0),
    ...declares("B"),
    ...confirmed,
    ...appended,
    ...acknowledged,
  ],
  "wait for a withdrawal": [
    ...names("A", 0),
    ...declares("B"),
    ...reads("B", 0),
    ...declares("B"),
    "B: has withdrawn",
    "a drops B",
    ...confirmed,
    ...appended,
    ...acknowledged,
  ],
  "write anew after a failed change": [
    ...names("A", 0),
    ...declares("B"),
    ...reads("B", 0),
    "B: withdrawal fails",
    ...of("B", "begins to read", away, "serves alone"),
    "a change that was given up lands",
    "a drops B",
    ...confirmed,
    ...appended,
    ...acknowledged,
  ],
};

describe("the protocol between a log and a table beside it", () => {
  test.each(Object.entries(WAYS) as [Exclude<Missing, "nothing">, readonly string[]][])(
    "%s: without it there is a way to serve what was acknowledged as gone, with it that way is barred",
    (missing, way) => {
      const leadsThere = (without: Missing): boolean => {
        const end = follow(PLENTY, without, way);
        return end !== undefined && isBad(end);
      };
      expect(leadsThere(missing)).toBe(true);
      expect(leadsThere("nothing")).toBe(false);
    },
  );

  test.each([
    budget(),
    budget({ reads: [2, 1] }),
    budget({ aways: 1 }),
    budget({ flushes: 1, namings: 2 }),
  ])("explored to the end there is none: %j", (all) => {
    const { violation, worlds } = explore(all, "nothing", 200_000);
    expect(violation).toBeUndefined();
    expect(worlds).toBeLessThan(200_000);
  });

  test("random ways with plenty of everything find none", () => {
    const { violation } = wander(PLENTY, "nothing", { seed: 1, walks: 4000 });
    expect(violation).toBeUndefined();
  });
});
