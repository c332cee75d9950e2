import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

const VIDEO = "c".repeat(64);

/** Six entries of one tenant, one of another. */
async function filled(): Promise<CliHome> {
  const home = await CliHome.create();
  await using cache = await home.open();
  const put = (key: string, tags: readonly string[] = [], tenant = "acme") =>
    cache.put(key, { key }, tenant, { tags });
  await put("experiments/a/one.json", ["nightly"]);
  await put("experiments/a/two.json");
  await put("experiments/b/one.json", ["nightly"]);
  await cache.put(`transcriptions/${VIDEO}/transcription.json`, [], "acme", {
    tags: [`video:${VIDEO}`],
  });
  await put("other/x.json");
  await cache.getOrCompute("other/derived.json", "acme", async () => [
    await cache.get("experiments/a/one.json", "acme"),
  ]);
  await put("experiments/a/one.json", [], "globex");
  return home;
}

test.each([
  ["a key", ["--key", "experiments/a/one.json"], 2, 1],
  ["a prefix", ["--prefix", "experiments/a/"], 3, 1],
  ["a pattern", ["--pattern", "experiments/*/one.json"], 3, 1],
  ["a video", ["--video", VIDEO], 1, 0],
  ["a tag", ["--tag", "nightly"], 3, 1],
  ["the tenant", ["--all"], 6, 0],
  ["a tag that nothing carries", ["--tag", "none"], 0, 0],
])("by %s, and a dry run says before how many die", async (_what, scope, dying, derived) => {
  await using home = await filled();
  const count = async (): Promise<number> =>
    JSON.parse((await home.run("ls", "--json")).out).length;
  const json = JSON.parse((await home.run("invalidate", ...scope, "--dry-run", "--json")).out);
  expect(json).toEqual({
    dryRun: true,
    keys: dying,
    derived,
    isKnown: true,
    byTier: {
      memory: { entries: 0, derived: 0, bytes: 0 },
      warm: { entries: dying, derived, bytes: expect.any(Number) },
    },
  });
  expect(json.byTier.warm.bytes > 0).toBe(dying > 0);
  const dry = await home.run("invalidate", ...scope, "--dry-run");
  expect(dry.out).toMatch(
    new RegExp(
      `^would kill ${dying} keys?${derived > 0 ? ", 1 of them for what they were derived from" : ""} \\(.+\\); nothing was changed\n`,
    ),
  );
  expect(await count()).toBe(6);
  const done = await home.run("invalidate", ...scope, "--reason", "a test");
  const nothing = dying > 0 ? "" : "nothing that lives now was covered by tag none\n";
  expect(done).toMatchObject({ code: 0, err: nothing });
  expect(done.out).toMatch(
    new RegExp(`^invalidated .+, ${dying} keys? killed: position \\d+, acknowledged in .+\n$`),
  );
  expect(await count()).toBe(6 - dying);
  expect((await home.run("ls", "-t", "globex")).out).toBe("experiments/a/one.json\n");
});

test.each([
  ["no scope", []],
  ["two scopes", ["--key", "a/b", "--tag", "c"]],
])("%s is refused and kills nothing", async (_what, scope) => {
  await using home = await filled();
  const { code, out, err } = await home.run("invalidate", ...scope);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^Say what to invalidate by exactly one of --key .+ --all\n$/);
  expect(JSON.parse((await home.run("ls", "--json")).out)).toHaveLength(6);
});

test("a prefix that might also mean its siblings is refused", async () => {
  await using home = await filled();
  const { code, err } = await home.run("invalidate", "--prefix", "experiments/a");
  expect(code).toBe(2);
  expect(err).toMatch(/must end in "\/"[^\n]+\n$/);
});

test("--wait durable returns without waiting for other processes", async () => {
  await using home = await filled();
  const args = ["--key", "other/x.json", "--wait", "durable", "--json"];
  expect(JSON.parse((await home.run("invalidate", ...args)).out)).toMatchObject({ nodes: 0 });
  const { out } = await home.run("invalidate", ...args.slice(0, -1));
  expect(out).toMatch(/: position \d+, durable; others may serve it for up to 200 ms; took .+\n$/);
});

test("of a tenant that nothing is known of it says so, once", async () => {
  await using home = await filled();
  const all = ["invalidate", "--all", "-t", "amce"];
  const unknown = "no entry and no record of tenant amce was known\n";
  expect((await home.run(...all, "--dry-run")).err).toBe(unknown);
  expect((await home.run(...all)).err).toContain(unknown);
  expect((await home.run(...all)).err).not.toContain(unknown);
});
