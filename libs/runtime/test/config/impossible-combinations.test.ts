import { describe, expect, test } from "@jest/globals";
import { linesIn, wrong } from "../support/check-yaml.ts";

describe("impossible combinations", () => {
  const tiers = (...lines: string[]): Promise<readonly string[]> =>
    linesIn(`caching:\n  tiers:\n${lines.map((line) => `    ${line}\n`).join("")}`);
  const memory = "{ backend: memory }";

  test("cold before hot", async () => {
    expect(await tiers(`cold: ${memory}`, `near: ${memory}`, `hot: ${memory}`)).toEqual([
      expect.stringContaining('5:5 "hot" must stand before "cold"'),
    ]);
    expect(await tiers(`hot: ${memory}`, `memory: ${memory}`)).toHaveLength(1);
    expect(
      await tiers(`a: ${memory}`, `memory: ${memory}`, `b: ${memory}`, `cold: ${memory}`),
    ).toEqual([]);
  });

  test.each([
    ["1", "cannot be a number"],
    ["2.5", "cannot be a number"],
    ['"007"', "cannot be a number"],
    ["ttl", "is an option of policies"],
    ["demote", "is an option of policies"],
    ["miss", "says that no tier answered"],
    ["a b", "use a letter"],
    ["__proto__", "use a letter"],
  ])("a tier called %s", async (name, expected) => {
    expect(await tiers(`${name}: ${memory}`)).toEqual([expect.stringContaining(`3:5 `)]);
    expect(await tiers(`${name}: ${memory}`)).toEqual([expect.stringContaining(expected)]);
  });

  test("two tiers on one directory", async () => {
    const on = (path: string): string => `{ backend: local, config: { base_path: ${path} } }`;
    expect(await tiers(`warm: ${on("x/y")}`, `cold: ${on("./x/../x/y/")}`)).toEqual([
      expect.stringContaining('4:50 Tier "warm" has this directory already'),
    ]);
    expect(await tiers(`warm: ${on("x/y")}`, `cold: ${on("x/z")}`)).toEqual([]);
  });

  test("no tiers at all, unless the cache is switched off", async () => {
    expect(await linesIn("caching: {}\n")).toEqual([expect.stringContaining("1:1 No tiers")]);
    expect(await linesIn("caching:\n  tiers: {}\n")).toEqual([
      expect.stringContaining("2:3 No tiers"),
    ]);
    expect(await linesIn("caching: { enabled: false }\n")).toEqual([]);
  });

  test("a key type twice", async () => {
    const twice = '  key_types:\n    - { template: "a/{b}", codec: json }\n'.concat(
      '    - { template: "a/{b}", codec: json, version: 2 }\n',
      '    - { template: "a/{b}", codec: bytes }\n',
      '    - { template: "frames/{video}/keyframes.json", codec: json }\n',
    );
    expect(await wrong(twice)).toEqual([
      expect.stringContaining(
        "7:19 A key type of this template and version is there already: item 1",
      ),
      expect.stringContaining(
        "8:19 A key type of this template and version is there already: a built",
      ),
    ]);
  });
});
