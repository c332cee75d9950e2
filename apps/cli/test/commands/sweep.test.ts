import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

test("sweep deletes what is dead and nothing else, and says so", async () => {
  await using home = await CliHome.create();
  for (const name of ["a", "b", "c"])
    await home.runWith({ input: "1" }, "put", `lists/${name}.json`, "--tag", name);
  await home.run("invalidate", "--tag", "a");
  const { code, out, err } = await home.run("sweep");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/│ warm +│ +3 │ +1 │ +0 │ +1 │/);
  expect(out).toMatch(/\n1 of 3 copies deleted\n$/);
  expect((await home.run("ls")).out).toBe("lists/b.json\nlists/c.json\n");
  const again = await home.run("sweep", "--json");
  expect(JSON.parse(again.out)).toEqual({
    tenantId: "acme",
    scanned: 2,
    deleted: 0,
    tiers: [
      { tier: "memory", state: "complete", scanned: 0, dead: 0, expired: 0, deleted: 0 },
      { tier: "warm", state: "complete", scanned: 2, dead: 0, expired: 0, deleted: 0 },
    ],
  });
});

test("progress is shown to who watches, with about how much there is, and taken away at the end", async () => {
  await using home = await CliHome.create();
  await home.runWith({ input: "1" }, "put", "lists/a.json");
  await home.run("invalidate", "--all");
  const shown: string[] = [];
  await home.runWith({ status: (text) => shown.push(text) }, "sweep");
  expect(shown).toEqual([
    "memory: 0 of about 0 copies looked at, 0 deleted",
    "warm: 1 of about 1 copies looked at, 0 deleted",
    "warm: 1 of about 1 copies looked at, 1 deleted",
    "",
  ]);
});

test("a sweep that was interrupted is gone on with by the next", async () => {
  await using home = await CliHome.create();
  for (let n = 0; n < 8; n++) await home.runWith({ input: "1" }, "put", `lists/${n}.json`);
  await home.run("invalidate", "--all");
  const interruption = new AbortController();
  const { signal } = interruption;
  // Two copies a second: what was judged is deleted and noted every two seconds.
  const status = (text: string): void => {
    if (/[1-7] deleted/.test(text)) interruption.abort(new Error("enough"));
  };
  const first = await home.runWith({ status, signal }, "sweep", "--rate", "2");
  expect(first.code).toBe(130);
  const { code, out } = await home.run("sweep");
  expect(code).toBe(0);
  expect(out).toMatch(/\nwarm: went on where a sweep was interrupted, after [1-7] copies\n/);
  expect(out).toMatch(/\n([1-7]) of \1 copies deleted\n$/);
}, 60_000);

test("a rate that is none is refused", async () => {
  await using home = await CliHome.create();
  const { code, err } = await home.run("sweep", "--rate", "0");
  expect(code).toBe(2);
  expect(err).toContain("copies a second above 0");
});

test("where the log cannot be read nothing is swept, and that is a failure", async () => {
  await using home = await CliHome.create();
  const blocked = await home.file("a-file", "");
  const ran = await home.runWith({ env: { COGNIVERSE_CACHE_DIR: blocked } }, "sweep");
  expect(ran).toMatchObject({ code: 3, out: "" });
  expect(ran.err).toContain("nothing was swept");
});
