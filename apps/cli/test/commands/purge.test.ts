import { PassThrough } from "node:stream";
import { expect, test } from "@jest/globals";
import { askOnTerminal } from "../../src/input.ts";
import { CliHome } from "../support/cli-home.ts";

async function filled(): Promise<CliHome> {
  const home = await CliHome.create();
  await using cache = await home.open();
  for (let i = 0; i < 5; i++) await cache.put(`experiments/${i}.json`, { i }, "acme");
  await cache.put("experiments/large.bin", new Uint8Array(100_000), "acme");
  await cache.put("experiments/0.json", 1, "globex");
  return home;
}

const keysOf = async (home: CliHome, tenant: string): Promise<number> =>
  JSON.parse((await home.run("ls", "-t", tenant, "--json")).out).length;

test("with --yes removes one tenant from every tier and says what it did", async () => {
  await using home = await filled();
  const lines: string[] = [];
  const status = (text: string): void => void lines.push(text);
  const ran = await home.runWith({ status }, "purge", "--yes", "--reason", "contract ended");
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(ran.out).toMatch(/│ warm +│ +6 │ complete │/);
  const [, first, second] =
    /tenant acme purged: 6 entries in .+; of it the log keeps records (\d+) and (\d+)\n$/.exec(
      ran.out,
    ) ?? [];
  expect(Number(second)).toBe(Number(first) + 1);
  expect(lines).toContain("warm: 6 entries removed");
  expect(lines.at(-1)).toBe("");
  expect([await keysOf(home, "acme"), await keysOf(home, "globex")]).toEqual([0, 1]);
  const stats = JSON.parse((await home.run("stats", "--json")).out);
  expect(stats.tiers[1]).toMatchObject({ tier: "warm", entries: 0, bytes: 0 });
  expect((await home.run("why", "experiments/1.json")).out).toMatch(
    new RegExp(`record ${first} on the whole tenant .+because: contract ended\n`),
  );
  expect(await home.runWith({ input: "2" }, "put", "experiments/1.json")).toMatchObject({
    code: 0,
  });
  expect((await home.run("get", "experiments/1.json")).out).toBe("2\n");
});

test("as JSON it is the report", async () => {
  await using home = await filled();
  const ran = await home.run("purge", "-y", "--json");
  expect(JSON.parse(ran.out)).toMatchObject({
    tenantId: "acme",
    removed: 6,
    tiers: [{}, { removed: 6 }],
  });
});

test("on a pipe it refuses without --yes and removes nothing", async () => {
  await using home = await filled();
  const ran = await home.run("purge");
  expect(ran).toMatchObject({ code: 2, out: "" });
  expect(ran.err).toMatch(/^Everything of tenant acme would be removed for good: say --yes .+\n$/);
  expect(await keysOf(home, "acme")).toBe(6);
});

test.each([
  ["acme", 0, 0],
  [" acme \n", 0, 0],
  ["y", 1, 6],
  ["", 1, 6],
])(
  "asked on a terminal, the answer %j ends with %i and leaves %i entries",
  async (answer, code, left) => {
    await using home = await filled();
    const ran = await home.runWith({ answer }, "purge");
    expect(ran.code).toBe(code);
    expect(ran.err).toContain("Type the tenant's name to go on: ");
    expect(ran.err.includes("Not confirmed; nothing was changed\n")).toBe(code === 1);
    expect(await keysOf(home, "acme")).toBe(left);
  },
);

test("Ctrl-C ends it with 130; what was not confirmed is there, and nothing is left behind", async () => {
  await using home = await filled();
  const signal = AbortSignal.abort(new DOMException("Interrupted", "AbortError"));
  expect(await home.runWith({ signal, answer: "acme" }, "purge")).toMatchObject({
    code: 130,
    out: "",
  });
  expect(await keysOf(home, "acme")).toBe(6);
  expect(await home.leftovers()).toEqual([]);
});

test.each([
  ["Ctrl-C", "\u0003", { code: 130, out: "", err: "" }],
  ["Ctrl-D", "\u0004", { code: 1, out: "", err: "Not confirmed; nothing was changed\n" }],
])("%s as a key at the question removes nothing", async (_name, key, ended) => {
  await using home = await filled();
  const interruption = new AbortController();
  const { signal } = interruption;
  const interrupt = (): void => interruption.abort(new DOMException("Interrupted", "AbortError"));
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.once("data", () => input.write(key));
  const ask = (question: string): Promise<string> =>
    askOnTerminal(question, { input, output }, { signal, interrupt });
  expect(await home.runWith({ signal, ask }, "purge")).toMatchObject(ended);
  expect(await keysOf(home, "acme")).toBe(6);
});

test("Ctrl-C while it removes ends with 130, all is dead, and the next purge removes the rest", async () => {
  await using home = await filled();
  const interrupt = new AbortController();
  const { signal } = interrupt;
  const status = (): void => interrupt.abort(new DOMException("Interrupted", "AbortError"));
  expect(await home.runWith({ signal, status }, "purge", "--yes")).toMatchObject({ code: 130 });
  expect(await keysOf(home, "acme")).toBe(0);
  expect(await home.run("purge", "--yes")).toMatchObject({ code: 0 });
  const stats = JSON.parse((await home.run("stats", "--json")).out);
  expect(stats.tiers[1]).toMatchObject({ entries: 0 });
});

test("of a tenant that nothing is known of it says so, and of one that only records name it does not", async () => {
  await using home = await filled();
  const unknown = "no entry and no record of tenant amce was known\n";
  const purge = ["purge", "--yes", "-t", "amce"];
  expect(await home.run(...purge)).toMatchObject({ code: 0, err: unknown });
  expect(await home.run(...purge)).toMatchObject({ code: 0, err: "" });
  expect(await home.run("purge", "--yes")).toMatchObject({ code: 0, err: "" });
});
