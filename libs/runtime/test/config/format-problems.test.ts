import { describe, expect, test } from "@jest/globals";
import { ConfigError, formatConfigProblems, type LocatedProblem } from "../../src/index.ts";
import { CacheError } from "@cogniverse/sdk";
import { problemsIn } from "../support/check-yaml.ts";

/** With the name of the file shortened, which is another in each run. */
const shown = (problems: readonly LocatedProblem[]): string =>
  formatConfigProblems(problems.map((problem) => ({ ...problem, file: "cache.yaml" })));

describe("formatConfigProblems", () => {
  test("shows place, message, line and caret, and one command for all packages", async () => {
    const problems = await problemsIn(
      "caching:\n  tiers:\n    hot:  { backend: '@a/valky' }\n\tcold: 1\n".replace(
        "\tcold: 1",
        "    cold: { backend: '@a/oz', confg: {} }",
      ),
    );
    expect(shown(problems)).toBe(
      [
        "3 problems in the cache configuration",
        "",
        'cache.yaml:3:22: The backend "@a/valky" needs a package that is not installed: pnpm add @a/valky',
        "    3 |     hot:  { backend: '@a/valky' }",
        "      |                      ^^^^^^^^^^",
        "",
        'cache.yaml:4:22: The backend "@a/oz" needs a package that is not installed: pnpm add @a/oz',
        "    4 |     cold: { backend: '@a/oz', confg: {} }",
        "      |                      ^^^^^^^",
        "",
        'cache.yaml:4:31: Unknown option "confg"; did you mean "config"?',
        "    4 |     cold: { backend: '@a/oz', confg: {} }",
        "      |                               ^^^^^",
        "",
        "Add what is missing: pnpm add @a/valky @a/oz",
      ].join("\n"),
    );
  });

  test("masks what looks like a secret and keeps the caret in place", async () => {
    const problems = await problemsIn(
      'caching: { tiers: { hot: { backend: redis, config: { url: "redis://me:hunter2@host", secret_key: abc, token: "${T:-x}" } } }, x: 1 }\n',
    );
    const text = shown(problems);
    expect(text).toContain("redis://me:*******@host");
    expect(text).toContain("secret_key: ***");
    expect(text).not.toMatch(/hunter2|abc/);
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|abc/);
  });

  test("cuts long lines around the place", () => {
    const excerpt = `${"a".repeat(300)}HERE${"b".repeat(300)}`;
    const problem: LocatedProblem = {
      code: "wrong_value",
      message: "wrong",
      path: "caching",
      file: "f",
      location: { line: 12, column: 301, length: 4, excerpt },
    };
    const [, , , line = "", caret = ""] = formatConfigProblems([problem]).split("\n");
    expect(line.length).toBeLessThanOrEqual(108);
    expect(line.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe("HERE");
    expect(line).toMatch(/\| ….*…$/);
  });

  test("colours only where asked", async () => {
    const problems = await problemsIn("cashing: 1");
    expect(formatConfigProblems(problems)).not.toContain("\u001B");
    expect(formatConfigProblems(problems, { color: true })).toContain("\u001B[31m^");
  });
});

describe("ConfigError", () => {
  test("is a CacheError that holds the problems and says them", async () => {
    const problems = await problemsIn("caching: 1");
    const error = new ConfigError(problems);
    expect(CacheError.isInstance(error)).toBe(true);
    expect(ConfigError.isInstance(error)).toBe(true);
    expect(ConfigError.isInstance(new CacheError("timeout", "late"))).toBe(false);
    expect(error).toMatchObject({ name: "ConfigError", code: "invalid_config", problems });
    expect(error.message).toContain('"caching" must be a map');
  });
});
