import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { CliHome } from "./support/cli-home.ts";

test.each([
  [["ls", "--tenant", "a/b"], 2, /^Tenant id "a\/b" is refused: [^\n]+\n$/],
  [["get", "a//b"], 2, /^Key "a\/\/b" is refused: its segment 2 of 3 is empty\n$/],
  [["get", "x".repeat(800)], 2, /^[^\n]+\n$/],
  [["put", "a/b", "--ttl", "0"], 2, /Use seconds above 0/],
  [["put", "a/b", "--type", "xml"], 2, /Allowed choices are json, npz, npy, bytes/],
  [["get"], 2, /missing required argument 'key'/],
  [["invalidate", "--wait", "never"], 2, /Allowed choices are everywhere, durable/],
  [["invalidate", "--video", ""], 2, /^A video is refused: its id is empty\n$/],
  [["ls", "--bogus"], 2, /unknown option '--bogus'/],
  [["lst"], 2, /unknown command 'lst'\s+\(Did you mean ls\?\)/],
] as const)("%j ends with %i and says why", async (args, code, message) => {
  await using home = await CliHome.create();
  const ran = await home.run(...args);
  expect(ran).toMatchObject({ code, out: "" });
  expect(ran.err).toMatch(message);
  expect(ran.err).not.toMatch(/\n +at /);
});

test("--version is that of the package", async () => {
  await using home = await CliHome.create();
  const text = await readFile(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text);
  expect(await home.run("--version")).toEqual(
    expect.objectContaining({ code: 0, out: `${version}\n`, err: "" }),
  );
});

test("without a tenant it says where one could be named", async () => {
  await using home = await CliHome.create();
  const ran = await home.runWith({ env: { COGNIVERSE_TENANT: undefined } }, "ls");
  expect(ran).toMatchObject({
    code: 2,
    err: "No tenant: give --tenant ID or set COGNIVERSE_TENANT\n",
  });
});

test("a tier that is down is named, and the others answer", async () => {
  await using home = await CliHome.create();
  const blocked = await home.file("a-file", "");
  const env = { COGNIVERSE_CACHE_DIR: blocked };
  const ran = await home.runWith({ env }, "stats");
  expect(ran.err).toMatch(
    /^tier is down at start[^\n]+tier: warm; backend: local; why: .+ENOTDIR[^\n]+is a file: name a directory[^\n]+\n/,
  );
});

test("Ctrl-C before anything was done ends with 130 and says nothing", async () => {
  await using home = await CliHome.create();
  const signal = AbortSignal.abort(new DOMException("Interrupted", "AbortError"));
  expect(await home.runWith({ signal }, "ls")).toMatchObject({ code: 130, out: "", err: "" });
});

test("Ctrl-C while an invalidation waits for other processes leaves it in force and nothing behind", async () => {
  await using home = await CliHome.create();
  await using app = await home.open();
  await app.put("experiments/a.json", 1, "acme");
  const { position: before } = await app.position("acme");
  const interrupt = new AbortController();
  const { signal } = interrupt;
  const invalidating = home.runWith({ signal }, "invalidate", "--key", "experiments/a.json");
  // The application reads on, so that the other process has to wait for it.
  while ((await app.position("acme")).position === before) {
    await app.get("experiments/a.json", "acme");
    await setImmediate();
  }
  interrupt.abort(new DOMException("Interrupted", "AbortError"));
  expect(await invalidating).toMatchObject({ code: 130, out: "", err: "" });
  expect(await home.run("get", "experiments/a.json")).toMatchObject({ code: 1 });
  expect(await home.leftovers()).toEqual([]);
  expect(await home.runWith({ input: "2" }, "put", "experiments/a.json")).toMatchObject({
    code: 0,
  });
  expect((await home.run("get", "experiments/a.json")).out).toBe("2\n");
});
