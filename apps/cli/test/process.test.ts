import { once } from "node:events";
import { realpath } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CliHome, ended } from "./support/cli-home.ts";

let home: CliHome;
beforeAll(async () => {
  home = await CliHome.create();
});
afterAll(() => home[Symbol.asyncDispose]());

test("bytes pass unchanged through pipes of processes", async () => {
  const line = [
    "head -c 3000000 /dev/urandom > random.bin",
    "cogniverse-cache put experiments/random.bin - < random.bin",
    "cogniverse-cache get experiments/random.bin | cmp - random.bin",
  ];
  expect(await home.shell(line.join("\n"))).toMatchObject({ code: 0, err: "" });
});

test("a reader that has seen enough is no failure", async () => {
  const line = "cogniverse-cache get experiments/random.bin | head -c 10 | wc -c";
  const ran = await home.shell(line);
  expect({ ...ran, out: ran.out.trim() }).toMatchObject({ code: 0, out: "10", err: "" });
});

test("Ctrl-C while it waits for standard input ends at once and stores nothing", async () => {
  const child = home.spawn("put", "experiments/waiting.bin", "-");
  child.stdin.write("a part of it");
  // Input that was taken from the pipe tells that it is being read.
  await drained(child);
  const ending = ended(child);
  child.kill("SIGINT");
  expect(await ending).toMatchObject({ code: 130, out: "", err: "" });
  expect((await home.run("ls", "experiments/waiting")).out).toBe("");
  expect(await home.leftovers()).toEqual([]);
});

test("from another directory a relative base_path is another cache, and all but put say that they made one", async () => {
  const yaml = `caching:\n  tiers:\n    warm: { backend: local, config: { base_path: own/cache } }\n`;
  const config = await home.file("relative.yaml", yaml);
  const lines = [
    `mkdir -p elsewhere begun`,
    `cd elsewhere`,
    `cogniverse-cache invalidate --all -c ${config} > /dev/null`,
    `cogniverse-cache ls -c ${config}`,
    `cd ../begun`,
    `echo 1 | cogniverse-cache put experiments/a.json -c ${config} > /dev/null`,
  ];
  const { code, err } = await home.shell(lines.join("\n"));
  const path = await realpath(home.at("elsewhere/own/cache"));
  expect({ code, err }).toEqual({
    code: 0,
    err:
      `made a new cache in ${path}: is base_path of "warm", which is relative to the working directory, the one you meant?\n` +
      "nothing that lives now was covered by the whole tenant\n" +
      "no entry and no record of tenant acme was known\n",
  });
});

async function drained({ stdin }: ReturnType<CliHome["spawn"]>): Promise<void> {
  // More than a pipe holds, so that its end is reached only when somebody reads.
  if (!stdin.write(Buffer.alloc(1 << 20))) await once(stdin, "drain");
}

test.each(["bash", "zsh", "fish"])("%s gets a completion script", async (shell) => {
  const { code, out, err } = await ended(home.spawn("complete", shell));
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain(`# ${shell} completion for cogniverse-cache`);
});

test.each([
  [["inv"], "invalidate"],
  [["invalidate", "--dry"], "--dry-run"],
  [["config", ""], "check"],
])("%j is completed", async (words, suggestion) => {
  const { code, out } = await ended(home.spawn("complete", "--", ...words));
  expect(code).toBe(0);
  expect(out.split("\n").map((line) => line.split("\t")[0])).toContain(suggestion);
});
