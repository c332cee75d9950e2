import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { root } from "../bootstrap/paths.mjs";
import { parse } from "../mutants/arguments.mjs";
import { readResult } from "../mutants/jest-run.mjs";
import { mutated } from "../mutants/mutant.mjs";
import { mutants, selected } from "../mutants/table.mjs";
import { judge } from "../mutants/verdict.mjs";

describe("the table", () => {
  test("calls no two mutants by one name", () => {
    const ids = mutants.map(({ id }) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  test.each(mutants.map((mutant) => ({ mutant })))(
    "$mutant.id: its text stands in its file once, and its tests are there",
    async ({ mutant }) => {
      const source = await readFile(join(root, mutant.file), "utf8");
      expect(mutated(source, mutant)).not.toBe(source);
      expect(() => mutated(`${source}${source}`, mutant)).toThrow(/stands 2 times/);
      expect(await readFile(join(root, mutant.test.file), "utf8")).toMatch(/\btest\b/);
    },
  );

  test("is searched by name", () => {
    expect(selected(["put-appends-nothing"]).map(({ id }) => id)).toEqual(["put-appends-nothing"]);
    expect(() => selected(["put-appends-nothing", "none"])).toThrow(/No mutant is called none/);
  });
});

describe("a mutant is", () => {
  const named = { file: "", name: "a b" };
  const run = {
    tests: [{ fullName: "a b", status: /** @type {const} */ ("failed"), message: "" }],
  };
  const red = (/** @type {string} */ message) => ({
    tests: run.tests.map((one) => ({ ...one, message })),
    trouble: "",
  });

  test("killed by its own test only", () => {
    expect(judge(red("expected 1"), { test: named }).verdict).toBe("killed");
    expect(judge(red("expected 1"), { test: { ...named, name: "another" } }).verdict).toBe(
      "broken",
    );
  });

  test("no sound program where nothing could be run", () => {
    expect(judge({ tests: [], trouble: "Test suite failed to run" }, { test: named }).verdict).toBe(
      "broken",
    );
    expect(judge(red("ReferenceError: x is not defined"), { test: named }).verdict).toBe("broken");
    expect(judge(red("SyntaxError: Unexpected token"), { test: named }).verdict).toBe("broken");
  });

  test("killed by a time-out only where it is known to wait for ever", () => {
    const late = red("thrown: Exceeded timeout of 10000 ms for a test");
    expect(judge(late, { test: named }).verdict).toBe("broken");
    expect(judge(late, { test: named, hangs: true }).verdict).toBe("killed");
    const ended = { tests: [], trouble: "was killed", hung: true };
    expect(judge(ended, { test: named }).verdict).toBe("broken");
    expect(judge(ended, { test: named, hangs: true }).verdict).toBe("killed");
  });

  test("survived where its test is green", () => {
    const [one] = run.tests;
    const green = {
      tests: [{ fullName: "", message: "", ...one, status: /** @type {const} */ ("passed") }],
      trouble: "",
    };
    expect(judge(green, { test: named }).verdict).toBe("survived");
  });
});

test("what jest says of tests that ran, were left out or could not be loaded", () => {
  const assertionResults = [
    { fullName: "a", status: "passed", failureMessages: [] },
    { fullName: "b", status: "failed", failureMessages: ["no"] },
    { fullName: "c", status: "pending", failureMessages: [] },
  ];
  expect(readResult({ testResults: [{ assertionResults, message: "b: no" }] })).toEqual({
    tests: [
      { fullName: "a", status: "passed", message: "" },
      { fullName: "b", status: "failed", message: "no" },
    ],
    trouble: "",
  });
  const unloaded = [{ assertionResults: [], message: "Cannot find module" }];
  expect(readResult({ testResults: unloaded }).trouble).toBe("Cannot find module");
  expect(readResult({ testResults: [] }).trouble).toMatch(/no test file/);
});

test("arguments", () => {
  expect(parse(["--only", "a,b", "--jobs", "3", "--json"])).toMatchObject({
    only: ["a", "b"],
    jobs: 3,
    json: true,
    list: false,
  });
  expect(() => parse(["--jobs", "0"])).toThrow(/--jobs 0/);
  expect(() => parse(["--none"])).toThrow(/--none/);
});
