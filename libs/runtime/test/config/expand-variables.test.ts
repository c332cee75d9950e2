import { describe, expect, test } from "@jest/globals";
import { expandVariables } from "../../src/config/expand-variables.ts";

const env = { HOST: "db", PORT: "6379", EMPTY: "", ODD: "${HOST}" };

describe("expandVariables", () => {
  test.each([
    ["redis://${HOST}:${PORT}/0", "redis://db:6379/0"],
    ["${NONE:-a default}", "a default"],
    ["${EMPTY:-a default}", "a default"],
    ["${EMPTY}", ""],
    ["${NONE:-}", ""],
    ["${NONE:-${HOST}:${ALSO_NONE:-1}}!", "db:1!"],
    ["$${HOST} costs 5$ or $HOST", "${HOST} costs 5$ or $HOST"],
    ["a$$${HOST}", "a$${HOST}"],
    ["$${HOST}${PORT}", "${HOST}6379"],
    // What a variable holds is never expanded again.
    ["${ODD}", "${HOST}"],
    ["no variable", "no variable"],
  ])("%s", (text, expected) => {
    expect(expandVariables(text, env)).toMatchObject({ text: expected, faults: [] });
  });

  test("says which text is exactly one variable", () => {
    expect(expandVariables("${PORT}", env).whole).toBe(true);
    expect(expandVariables("${NONE:-${PORT}}", env).whole).toBe(true);
    expect(expandVariables("${PORT}0", env).whole).toBe(false);
    expect(expandVariables("${PORT}${PORT}", env).whole).toBe(false);
    expect(expandVariables("$${PORT}", env).whole).toBe(false);
  });

  test("names every variable that is not set, and where", () => {
    const { faults } = expandVariables("a ${ONE} b ${TWO:-${THREE}}", env);
    expect(faults).toMatchObject([
      { offset: 2, length: 6, message: expect.stringContaining("ONE is not set") },
      { offset: 18, length: 8, message: expect.stringContaining("THREE is not set") },
    ]);
  });

  test.each(["${}", "${1A}", "${A", "${A:-b", "${A:?b}", "${A-b}"])("refuses %s", (text) => {
    const [fault] = expandVariables(`x ${text}`, env).faults;
    expect(fault).toMatchObject({ offset: 2, message: expect.stringContaining("Not a variable") });
  });

  test("takes nothing that the environment only inherits", () => {
    expect(expandVariables("${constructor}", env).faults).toHaveLength(1);
  });
});
