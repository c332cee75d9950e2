import { expect, jest, test } from "@jest/globals";

import { startChild } from "./child.ts";

const patienceMs = 20_000;

jest.setTimeout(2 * patienceMs);

test("a connection that is reset in the step in which it ends does not keep its process from ending", async () => {
  const { process, ended } = await startChild("resetting");
  const late = setTimeout(() => process.kill("SIGKILL"), patienceMs);
  expect(await ended).toBe(0);
  clearTimeout(late);
});
