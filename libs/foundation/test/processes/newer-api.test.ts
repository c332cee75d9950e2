import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const run = promisify(execFile);

test("the SDK that an application registers later, through a newer copy of the API, gets spans and figures", async () => {
  const child = fileURLToPath(new URL("newer-api.child.ts", import.meta.url));
  const { stdout } = await run(process.execPath, ["--conditions=@cogniverse/source", child]);
  expect(JSON.parse(stdout)).toEqual({
    spans: [
      ["below", "cache.get"],
      ["cache.get", "request"],
      ["request", null],
    ],
    instruments: ["cache.latency"],
  });
});
