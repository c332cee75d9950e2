import { expect, test } from "@jest/globals";
import { runContest, type Contestant } from "../src/contest.ts";

const signal = new AbortController().signal;
let elapsedMs = 0;
let usedMs = 0;
const now = (): number => elapsedMs;
const cpu = (): number => usedMs;

/** Takes so much time for each operation, half of it on the CPU unless told otherwise, on clocks that only move with it. */
function taking(name: string, ms: number, log: string[] = [], cpuMs = ms / 2): Contestant {
  return {
    name,
    async run(operations) {
      log.push(name);
      elapsedMs += operations * ms;
      usedMs += operations * cpuMs;
    },
  };
}

test("the ratio is that of the speeds within a round, and goals are kept with it", async () => {
  const contest = {
    name: "both",
    baseline: taking("fast", 0.25),
    others: [{ ...taking("slow", 0.5), goal: 0.1, note: "half" }],
  };
  const [fast, slow] = await runContest(contest, { rounds: 5, roundMs: 4, signal, now, cpu });
  expect(fast).toEqual({
    name: "fast",
    operationsPerSecond: 4_000,
    ratio: 1,
    spread: [1, 1],
    cpuMs: 0.125,
    cpuRatio: 1,
  });
  expect(slow).toMatchObject({ name: "slow", goal: 0.1, note: "half", ratio: 0.5 });
});

test("CPU time is told apart from time that passes", async () => {
  const contest = {
    name: "both",
    baseline: taking("raw", 1, [], 0.25),
    others: [{ ...taking("thrifty in time only", 1, [], 0.5), mostCpu: 1.15 }],
  };
  const [, ours] = await runContest(contest, { rounds: 3, roundMs: 4, signal, now, cpu });
  expect(ours).toMatchObject({ ratio: 1, cpuMs: 0.5, cpuRatio: 2, mostCpu: 1.15 });
});

test("contestants take turns, forwards and backwards", async () => {
  const log: string[] = [];
  const contest = { name: "turns", baseline: taking("a", 5, log), others: [taking("b", 5, log)] };
  await runContest(contest, { rounds: 4, roundMs: 1, signal, now, cpu });
  expect(log.slice(-8)).toEqual(["a", "b", "b", "a", "a", "b", "b", "a"]);
});

test("an aborted contest rejects between two rounds", async () => {
  const stop = new AbortController();
  const contest = { name: "long", baseline: taking("a", 5), others: [] };
  const pace = {
    rounds: 1_000_000,
    roundMs: 1,
    signal: stop.signal,
    now,
    cpu,
    onRound: (round: number) => round === 3 && stop.abort(new Error("enough")),
  };
  await expect(runContest(contest, pace)).rejects.toThrow("enough");
});
