import { expect, test } from "@jest/globals";
import { runBench } from "../src/bench.ts";
import type { Contest } from "../src/contest.ts";
import type { Figure, Workload } from "../src/workload.ts";

const PACE = ["--rounds", "1", "--round-ms", "0.1"];

function contest(goal: number): Contest {
  const run = async (): Promise<void> => undefined;
  return { name: "nothing", baseline: { name: "raw", run }, others: [{ name: "ours", run, goal }] };
}

function workload(name: string, ...items: (Contest | Figure)[]): Workload & { closed: number } {
  const made = {
    name,
    about: `about ${name}`,
    closed: 0,
    items: async function* () {
      try {
        yield* items;
      } finally {
        made.closed++;
      }
    },
  };
  return made;
}

async function bench(
  args: readonly string[],
  workloads: readonly Workload[],
  signal: AbortSignal = new AbortController().signal,
): Promise<{ code: number; printed: string; errors: string }> {
  let printed = "";
  let errors = "";
  const code = await runBench(args, {
    workloads,
    signal,
    print: (text) => void (printed += `${text}\n`),
    errors: { write: (text) => (errors += text) },
  });
  return { code, printed, errors };
}

test("a table with ratio and goal, and exit code 0 where all goals are met", async () => {
  const { code, printed, errors } = await bench(PACE, [workload("one", contest(0))]);
  expect(code).toBe(0);
  expect(printed).toMatch(/ours .* met: >= 0/);
  expect(errors).toBe("- one\n- one: nothing\n");
});

test("a missed goal is named and gives exit code 1", async () => {
  const figure = { name: "a scope takes", value: 200, unit: "bytes", most: 100 };
  const { code, printed, errors } = await bench(PACE, [workload("one", contest(1e9), figure)]);
  expect(code).toBe(1);
  expect(printed).toContain("MISSED: <= 100");
  expect(errors).toMatch(/one: nothing: ours: ratio .* at least 1000000000/);
  expect(errors).toContain("one: a scope takes: 200 bytes, at most 100");
});

test("too much CPU time is a missed goal too", async () => {
  const run = async (): Promise<void> => undefined;
  const others = [{ name: "ours", run, mostCpu: -1 }];
  const costly = { name: "nothing", baseline: { name: "raw", run }, others };
  const { code, printed, errors } = await bench(PACE, [workload("one", costly)]);
  expect(code).toBe(1);
  expect(printed).toMatch(/ours .* MISSED: <= -1/);
  expect(errors).toMatch(/one: nothing: ours: CPU ratio .* at most -1/);
});

test("--only runs what it names, --json prints nothing but figures", async () => {
  const workloads = [workload("one", contest(0)), workload("two", contest(0))];
  const { printed } = await bench([...PACE, "--only", "two", "--json"], workloads);
  expect(JSON.parse(printed)).toMatchObject({
    results: [
      { workload: "two", contest: "nothing", standings: [{ name: "raw" }, { name: "ours" }] },
    ],
  });
});

test("--only runs all parts of what it names", async () => {
  const workloads = [
    workload("one/a", contest(0)),
    workload("one/b", contest(0)),
    workload("ones", contest(0)),
  ];
  const { printed } = await bench([...PACE, "--only", "one", "--json"], workloads);
  expect(JSON.parse(printed)).toMatchObject({
    results: [{ workload: "one/a" }, { workload: "one/b" }],
  });
});

test.each([
  [["--only", "three"], "No workload three. There are: one."],
  [["--rounds", "many"], "--rounds takes a whole number"],
  [["--colour"], "--colour"],
])("%j is refused with exit code 2", async (args, message) => {
  const { code, errors } = await bench(args, [workload("one")]);
  expect(code).toBe(2);
  expect(errors).toContain(message);
});

test("--help lists the workloads", async () => {
  const { code, printed } = await bench(["--help"], [workload("one")]);
  expect(code).toBe(0);
  expect(printed).toContain("about one");
});

test("an interruption releases what the workload holds and gives exit code 130", async () => {
  const stop = new AbortController();
  const interrupting = workload("one", {
    name: "stops itself",
    baseline: { name: "raw", run: async () => stop.abort() },
    others: [],
  });
  const { code, errors } = await bench(PACE, [interrupting], stop.signal);
  expect(code).toBe(130);
  expect(errors).toContain("Interrupted.");
  expect(interrupting.closed).toBe(1);
});
