import { describe, expect, test } from "@jest/globals";
import {
  checkPrograms,
  programText,
  randomProgram,
  runProgram,
  shrinkProgram,
} from "@cogniverse/testkit";
import { naiveNode } from "./naive-cache.ts";

const naive = naiveNode(false);

async function failing(): Promise<ReturnType<typeof randomProgram>> {
  const { failure } = await checkPrograms(naive, { programs: 500 });
  if (failure === undefined) throw new RangeError("No program fails");
  return failure.program;
}

describe("a cache that believes its tiers", () => {
  test("is found out, and the program that does it fails again and again in the same way", async () => {
    const { failure, programs } = await checkPrograms(naive, { programs: 500 });
    expect(programs).toBeLessThan(500);
    const program = failure?.program ?? randomProgram(1);
    expect(randomProgram(program.seed)).toEqual(program);
    const [once, twice] = [await runProgram(program, naive), await runProgram(program, naive)];
    expect(once.wrong).toEqual(failure?.wrong);
    expect(twice).toEqual(once);
  });

  test("is found out by a shorter program that says the same", async () => {
    const program = await failing();
    const small = await shrinkProgram(program, naive);
    expect(small.steps.length).toBeLessThan(program.steps.length);
    expect(small.steps.length).toBeLessThanOrEqual(6);
    expect((await runProgram(small, naive)).wrong).not.toEqual([]);
    expect(await shrinkProgram(program, naive)).toEqual(small);
    expect(programText(small)).toMatch(/^ {2}seed \d+: \d nodes over .*\n(.*\n)*.*node \d: \w+ /);
  });
});

test("a cache that keeps nothing is never wrong", async () => {
  const done: number[] = [];
  const onProgress = ({ programs }: { readonly programs: number }): void =>
    void done.push(programs);
  const report = await checkPrograms(naiveNode(true), { programs: 400, seed: 7, onProgress });
  expect(report.failure).toBeUndefined();
  expect(report).toMatchObject({ programs: 400, hits: 0 });
  expect(report.reads).toBeGreaterThan(400);
  expect(done).toEqual([50, 100, 150, 200, 250, 300, 350, 400]);
});

test("processes share the work by seeds, and an abort ends it", async () => {
  const interruption = new AbortController();
  const { signal } = interruption;
  const options = { programs: 1000, seed: 2, stride: 3, signal };
  const report = await checkPrograms(naiveNode(true), {
    ...options,
    onProgress: () => interruption.abort(),
  });
  expect(report.programs).toBe(50);
});

test("programs differ, and hold every kind of step", () => {
  const kinds = new Set<string>();
  const texts = new Set<string>();
  for (let seed = 1; seed <= 300; seed++) {
    const program = randomProgram(seed);
    texts.add(programText(program));
    expect(program.world.nodes).toBeGreaterThanOrEqual(2);
    expect(program.world.nodes).toBeLessThanOrEqual(4);
    const tiers = program.world.tiers.length + Math.sign(program.world.memoryEntries);
    expect(tiers).toBeGreaterThanOrEqual(1);
    expect(tiers).toBeLessThanOrEqual(4);
    for (const step of program.steps) {
      kinds.add(step.do);
      if (step.do === "invalidate") kinds.add(`${step.scope.kind} ${step.mode}`);
    }
  }
  expect(texts.size).toBe(300);
  const acts =
    "get compute refresh put putSince delete invalidate purge sweep evict demote crash restart pause";
  const more = "sleep resume quiet cut heal jump pass lose";
  const scopes = ["key", "prefix", "glob", "tag", "tenant"];
  for (const kind of `${acts} ${more}`
    .split(" ")
    .concat(scopes.flatMap((scope) => [`${scope} hard`, `${scope} soft`])))
    expect(kinds).toContain(kind);
});
