import { expect, test } from "@jest/globals";
import { latencies } from "../src/latencies.ts";
import type { Figure } from "../src/workload.ts";

const { signal } = new AbortController();

async function figures(most?: number): Promise<readonly Figure[]> {
  const done: string[] = [];
  const task = (name: string): { name: string; run: () => Promise<unknown> } => ({
    name,
    run: async () => done.push(name),
  });
  const ours = most === undefined ? task("ours") : { ...task("ours"), most };
  const found: Figure[] = [];
  const pace = { rounds: 2, signal, each: 3 };
  for await (const figure of latencies([task("raw"), ours], pace)) found.push(figure);
  // Two rounds and one before them, each in the other direction.
  expect(done.join(" ")).toBe(
    "ours raw raw ours ours raw"
      .split(" ")
      .flatMap((name) => [name, name, name])
      .join(" "),
  );
  return found;
}

test("tasks take turns, and each is told with its median, p99 and ratio to the first", async () => {
  expect((await figures()).map(({ name }) => name)).toEqual([
    "raw: p50",
    "raw: p99",
    "ours: p50",
    "ours: p99",
    "ours: p50 to that of raw",
  ]);
});

test("a goal is that of the median", async () => {
  const judged = (await figures(7)).filter(({ most }) => most !== undefined);
  expect(judged).toMatchObject([{ name: "ours: p50", most: 7 }]);
});
