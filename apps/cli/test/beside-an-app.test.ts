import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { CliHome } from "./support/cli-home.ts";

const APP = fileURLToPath(new URL("./reading-app.child.ts", import.meta.url));
const ROUNDS = 5;

test("a running application never serves what the command line killed or replaced", async () => {
  await using home = await CliHome.create();
  const app = spawn(process.execPath, ["--conditions=@cogniverse/source", APP], {
    env: { ...process.env, ...home.env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: app.stdout })[Symbol.asyncIterator]();
  const ask = async (): Promise<unknown> => {
    app.stdin.write("\n");
    return JSON.parse((await lines.next()).value ?? "");
  };
  expect((await lines.next()).value).toBe("ready");
  for (let round = 0; round < ROUNDS; round++) {
    const put = await home.runWith({ input: `${round}` }, "put", "experiments/shared.json");
    expect(put.code).toBe(0);
    expect(await ask()).toMatchObject({ value: round });
    expect(await ask()).toEqual({ tier: "memory", value: round });
    expect((await home.run("invalidate", "--prefix", "experiments/")).code).toBe(0);
    expect(await ask()).toBeNull();
  }
  app.stdin.end();
  expect((await lines.next()).done).toBe(true);
});
