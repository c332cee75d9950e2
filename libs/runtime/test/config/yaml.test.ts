import { describe, expect, test } from "@jest/globals";
import { checkConfig } from "../../src/index.ts";
import { linesIn, MEMORY, problemsIn, withYaml } from "../support/check-yaml.ts";

describe("YAML", () => {
  test.each([
    ["a: [1", 1],
    ["caching:\n\ttiers: 1", 2],
    ["caching: 1\n---\ncaching: 2", 2],
    ["caching: *nowhere", 1],
    ["caching: &a { tiers: *a }", 1],
    ["caching: !!odd 1", 1],
    ["? [a]\n: 1", 1],
  ])("%j is refused with its place", async (text, line) => {
    const problems = await problemsIn(text);
    expect(problems).toMatchObject([{ code: "syntax", location: { line } }]);
  });

  test.each(["", "# nothing\n", "~", "- 1", "just text"])(
    "%j is no configuration",
    async (text) => {
      expect(await problemsIn(text)).toHaveLength(1);
    },
  );

  test("a key that is there twice is said beside everything else", async () => {
    expect(await linesIn(`${MEMORY}  enabled: true\n  enabled: tru\n`)).toEqual([
      expect.stringContaining('5:3 "enabled" is there twice'),
      expect.stringContaining('5:12 "enabled" must be true or false'),
    ]);
  });

  test("anchors, aliases and merge keys work, and problems point at the text they come from", async () => {
    const text = "x-slow: &slow { memory: true, tll: 60 }\n".concat(
      MEMORY,
      "  policies:\n    frames: { <<: *slow, demote: true }\n    embeddings: *slow\n",
    );
    expect(await linesIn(text)).toEqual([
      expect.stringContaining('1:31 "tll" is neither'),
      expect.stringContaining('1:31 "tll" is neither'),
    ]);
    const check = await withYaml(text.replace("tll", "ttl"), (configPath) =>
      checkConfig({ configPath }),
    );
    expect(check).toMatchObject({
      ok: true,
      summary: { policies: { frames: { ttl: 60, demote: true }, embeddings: { ttl: 60 } } },
    });
  });

  test("a byte order mark moves no column", async () => {
    expect(await linesIn("\uFEFFcashing: 1")).toContainEqual(expect.stringMatching(/^1:1 /));
  });

  test("lines may end in CR LF", async () => {
    const [problem] = await problemsIn(`${MEMORY}  enabeld: true\n`.replaceAll("\n", "\r\n"));
    expect(problem?.location).toEqual({
      line: 4,
      column: 3,
      length: 7,
      excerpt: "  enabeld: true",
    });
  });
});
