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

const PROGRAMS = 2000;

/** In how many of the programs something comes up. */
function frequencies(): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const { world, steps } = randomProgram(seed);
    const { nodes, sessions, news, clocks, tiers, memoryEntries } = world;
    const kinds = new Set([`${nodes} nodes`, `sessions ${sessions}`, `news ${news}`, clocks]);
    kinds.add(`${tiers.length + Math.sign(memoryEntries)} tiers`);
    for (const step of steps) {
      kinds.add(step.do);
      if (step.do === "invalidate") kinds.add(`${step.scope.kind} ${step.mode}`).add(step.wait);
      if (step.do === "lose") kinds.add(`lose ${step.what}`);
      if (step.do === "cut") kinds.add(typeof step.link === "number" ? "cut" : `cut ${step.link}`);
    }
    for (const kind of kinds) found.set(kind, (found.get(kind) ?? 0) + 1);
  }
  return found;
}

test("programs differ, and whatever they can hold comes up in one of a hundred at least", () => {
  const found = frequencies();
  const acts =
    "get compute refresh put putSince delete invalidate purge sweep evict demote crash restart pause";
  const more =
    "sleep resume quiet cut heal jump pass lose durable everywhere machine jumping sleeping";
  const worlds = ["2 nodes", "3 nodes", "4 nodes", "1 tiers", "2 tiers", "3 tiers", "4 tiers"];
  const ways = ["none", "log", "table"].map((who) => `sessions ${who}`);
  const news = ["none", "reliable", "lossy"].map((how) => `news ${how}`);
  const troubles = ["lose log", "lose table", "cut log", "cut table"];
  const scopes = ["key", "prefix", "glob", "tag", "tenant"];
  const named = scopes.flatMap((scope) => [`${scope} hard`, `${scope} soft`]);
  const all = [`${acts} ${more}`.split(" "), worlds, ways, news, troubles, named].flat();
  expect([...found.keys()].toSorted()).toEqual(all.toSorted());
  for (const [kind, count] of found) expect([kind, count >= PROGRAMS / 100]).toEqual([kind, true]);
  const texts = Array.from({ length: 300 }, (_, seed) => programText(randomProgram(seed)));
  expect(new Set(texts).size).toBe(300);
});
