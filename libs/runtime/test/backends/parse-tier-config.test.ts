import { describe, expect, test } from "@jest/globals";
import type { ConfigProblem } from "@cogniverse/sdk";
import { fakeModule } from "../support/fake-modules.ts";
import { linesIn } from "../support/check-yaml.ts";

const jsonSchema = {
  type: "object",
  properties: {
    mode: { type: "string" },
    classes: { type: "object", additionalProperties: { type: "string" } },
    moves: {
      type: "array",
      items: {
        anyOf: [
          { type: "object", properties: { days: { type: "integer" } } },
          { type: "object", properties: { class: { type: "string" } } },
        ],
      },
    },
    rules: { type: "array", items: { type: "object", properties: { days: { type: "integer" } } } },
  },
};
const check = (config: string, ...problems: ConfigProblem[]): Promise<readonly string[]> =>
  linesIn(`caching:\n  tiers:\n    hot:\n      backend: odd\n      config:\n${config}`, {
    backends: { odd: fakeModule("odd", { jsonSchema, parse: () => ({ ok: false, problems }) }) },
  });

describe("what a backend says of its config", () => {
  test("points at the value of a known property", async () => {
    const lines = await check("        mode: fsat\n", {
      path: ["mode"],
      message: "must be fast or slow",
      expected: ["fast", "slow"],
    });
    expect(lines).toEqual(['6:15 "mode": must be fast or slow; did you mean "fast"?']);
  });

  test("points at the name of an unknown one", async () => {
    const lines = await check("        mood: fast\n", {
      path: ["mood"],
      message: "unknown",
      expected: ["mode", "rules"],
    });
    expect(lines).toEqual(['6:9 "mood": unknown; did you mean "mode"?']);
  });

  test("follows paths into lists, all at once and in the order of the file", async () => {
    const lines = await check(
      "        rules:\n          - { days: 1 }\n          - { days: x, dyas: 2 }\n",
      { path: ["rules", 1, "dyas"], message: "unknown", expected: ["days"] },
      { path: ["rules", 1, "days"], message: "must be a whole number" },
    );
    expect(lines).toEqual([
      '8:21 "days": must be a whole number',
      '8:24 "dyas": unknown; did you mean "days"?',
    ]);
  });

  test("a value below any name, or of one form of several, is a value", async () => {
    const expected = ["COLD", "ICE"];
    const lines = await check(
      "        classes: { frames: COLDD }\n        moves: [{ class: ICEE }]\n",
      { path: ["classes", "frames"], message: "wrong", expected },
      { path: ["moves", 0, "class"], message: "wrong", expected },
      { path: ["moves", 0], message: "comes too late" },
    );
    expect(lines.toSorted()).toEqual([
      '6:28 "frames": wrong; did you mean "COLD"?',
      '7:17 "moves[0]": comes too late',
      '7:26 "class": wrong; did you mean "ICE"?',
    ]);
  });

  test("that it lacks something is said where it should be", async () => {
    const lines = await check("        mode: fast\n", { path: [], message: "url is missing" });
    expect(lines).toEqual(['5:7 "config": url is missing']);
  });

  test("a parse that throws is the backend's fault, and has a place too", async () => {
    const parse = (): never => {
      throw new TypeError("boom");
    };
    const text = "caching: { tiers: { hot: { backend: odd, config: { a: 1 } } } }";
    const lines = await linesIn(text, { backends: { odd: fakeModule("odd", { parse }) } });
    expect(lines).toEqual(['1:50 The backend "odd" failed on this: boom']);
  });
});
