import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

test("a process that has its own SDK keeps it: spans go there, also after our shutdown, and nothing is counted", async () => {
  const child = fork(fileURLToPath(new URL("own-sdk.child.ts", import.meta.url)), [], {
    execArgv: ["--conditions=@cogniverse/source"],
  });
  const [report] = await once(child, "message");
  expect(report).toEqual({
    spans: ["cache.get", "later"],
    stats: { exported: 0, dropped: 0, failures: 0, queue: 0 },
    lines: 1,
  });
});
