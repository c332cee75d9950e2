import { expect, test } from "@jest/globals";
import { runProgram } from "@cogniverse/testkit";
import { coreNode } from "./core-nodes.ts";
import { keptPrograms } from "./kept-programs.ts";

/** The order of turns changes with every request that the core makes or spares: others than the one that failed are tried as well. */
const SCHEDULES = 300;

test.each(keptPrograms)("no longer: $about", async ({ program }) => {
  for (let n = 0; n < SCHEDULES; n++) {
    const { wrong } = await runProgram({ ...program, seed: program.seed + n }, coreNode);
    expect(wrong).toEqual([]);
  }
});
