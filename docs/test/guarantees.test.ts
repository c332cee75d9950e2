import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { ROOT } from "./code-blocks.ts";

type Mutant = Readonly<{
  id: string;
  file: string;
  find: string;
  test: Readonly<{ file: string; name: string }>;
}>;

/** One line of the tables: what holds a rule or a race, the test that is about it, and the mutant that the test is to notice. */
type Row = Readonly<{ number: number; code: string; test: string; mutant: string }>;

const text = await readFile(join(ROOT, "docs", "guarantees.md"), "utf8");
const script = join(ROOT, "scripts", "mutants.mjs");
const { stdout } = await promisify(execFile)(process.execPath, [script, "--list", "--json"], {
  maxBuffer: 16 * 1024 * 1024,
});
// Only that script writes it, in this form.
const mutants = JSON.parse(stdout) as readonly Mutant[];

function rowsOf(heading: string): readonly Row[] {
  const section = text.split(`### ${heading}\n`)[1]?.split(/^#/m)[0] ?? "";
  return [...section.matchAll(/^\| (\d+)\b.*?\| (.*?) *\| (.*?) *\| (.*?) *\|$/gm)].map((row) => {
    const [, number = "", code = "", title = "", mutant = ""] = row;
    return { number: Number(number), code, test: title, mutant: mutant.replaceAll("`", "") };
  });
}

const rows = { Rules: rowsOf("Rules"), Races: rowsOf("Races") };
const all = [...rows.Rules, ...rows.Races];
const built = all.filter(({ code }) => code !== "not built");

/** Functions, methods and the constants that hold scripts, where they begin. */
const DECLARATION =
  /^(?:export )?(?:async )?(?:function\*? |const )(\w+)|^ {2}(?:async |static |get )*\*?#?(\w+)(?:<[^(\n]*>)?\(/gm;

/** The function of a source in which `find` stands. */
function functionAround(source: string, find: string): string | undefined {
  const at = source.indexOf(find) + find.search(/\S/);
  const before = [...source.matchAll(DECLARATION)].filter(({ index }) => index <= at).at(-1);
  return before?.[1] ?? before?.[2];
}

const read = (file: string): Promise<string> => readFile(join(ROOT, "libs", file), "utf8");

test.each([
  ["Rules", 19],
  ["Races", 39],
] as const)("%s: each of %d has its rows, in order", (heading, last) => {
  const numbers = rows[heading].map(({ number }) => number);
  expect([...new Set(numbers)]).toEqual(Array.from({ length: last }, (_, i) => i + 1));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});

test("every mutant is in a row, and what is built has one for each rule and race", () => {
  const named = new Set(all.map(({ mutant }) => mutant));
  expect(mutants.map(({ id }) => id).filter((id) => !named.has(id))).toEqual([]);
  for (const one of [rows.Rules, rows.Races]) {
    const wanted = new Set(one.filter(({ code }) => code !== "not built").map((r) => r.number));
    for (const { number, mutant } of one) if (mutant !== "-") wanted.delete(number);
    expect([...wanted]).toEqual([]);
  }
});

test("what is not built names nothing", () => {
  const others = all.filter(({ code }) => code === "not built");
  expect(others.filter((row) => row.test !== "-" || row.mutant !== "-")).toEqual([]);
});

describe("what a row names is there", () => {
  test.each(built)("$number: $code, $test, $mutant", async ({ code, test: title, mutant }) => {
    const [, file = "", name = ""] = /^`(.+)` `(\w+)`$/.exec(code) ?? [];
    const [, testFile = "", words = ""] = /^`(.+?)`: (.+)$/.exec(title) ?? [];
    const source = await read(file);
    const declared = [...source.matchAll(DECLARATION)].map((found) => found[1] ?? found[2]);
    expect(declared).toContain(name);
    // As a title reads in the source.
    expect((await read(testFile)).replaceAll('\\"', '"')).toContain(words);
    if (mutant === "-") return;
    const known = mutants.find(({ id }) => id === mutant);
    expect(known).toMatchObject({ file: `libs/${file}`, test: { file: `libs/${testFile}` } });
    expect(functionAround(source, known?.find ?? "")).toBe(name);
    expect(known?.test.name).toContain(words);
  });
});
