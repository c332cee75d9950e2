import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

const KEY = "experiments/a.json";
const AT = /on \d{4}-\d\d-\d\dT[\d:.]+Z/.source;

async function positionOf(home: CliHome, ...args: readonly string[]): Promise<number> {
  const { out } = await home.run("invalidate", ...args, "--json");
  return JSON.parse(out).position;
}

test("a live copy is told since when, an absent one as absent, and that no record speaks of it", async () => {
  await using home = await CliHome.create();
  {
    await using cache = await home.open();
    await cache.getOrCompute(KEY, "acme", () => 1);
  }
  const ran = await home.run("why", KEY);
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(ran.out).toMatch(
    /^memory +absent\nwarm +live, made \d{4}-.+Z at position 0\nno record in the log speaks of this key\n$/,
  );
});

test.each([
  ["its key", ["--key", KEY], `key ${KEY}`],
  ["a prefix", ["--prefix", "experiments/"], "prefix experiments/"],
  ["a pattern", ["--pattern", "experiments/*.json"], "glob experiments/*.json"],
  ["a tag", ["--tag", "nightly"], "tag nightly"],
  ["the tenant", ["--all"], "the whole tenant"],
])(
  "a dead one names the record on %s, when, from which node and why",
  async (_what, how, scope) => {
    await using home = await CliHome.create();
    await home.runWith({ input: "1" }, "put", KEY, "--tag", "nightly");
    const position = await positionOf(home, ...how, "--reason", "bad labels");
    const { code, out, err } = await home.run("why", KEY);
    expect({ code, err }).toEqual({ code: 1, err: `No tier would serve ${KEY}\n` });
    const [, , killed = ""] = out.split("\n");
    expect(killed).toMatch(
      new RegExp(
        `^  killed by record ${position} on .+ \\(hard\\), ${AT}, from node \\S+, because: bad labels$`,
      ),
    );
    expect(killed).toContain(`on ${scope} (hard)`);
    const json = JSON.parse((await home.run("why", KEY, "--json")).out);
    expect(json.copies[1]).toMatchObject({
      tier: "warm",
      why: "invalidated",
      killedBy: {
        position,
        mode: "hard",
        reason: "bad labels",
        node: expect.stringContaining(`:${process.pid}/`),
      },
    });
  },
);

test("after a sweep the records that would kill any older copy are told still", async () => {
  await using home = await CliHome.create();
  await home.runWith({ input: "1" }, "put", KEY);
  await positionOf(home, "--key", KEY, "--reason", "first");
  const last = await positionOf(home, "--prefix", "experiments/", "--soft", "--reason", "second");
  await home.run("sweep");
  const { out } = await home.run("why", KEY);
  expect(out).toMatch(
    /^memory +absent\nwarm +absent\nrecords that kill every older copy, latest first:\n/,
  );
  expect(out).toMatch(
    new RegExp(`record ${last} on prefix experiments/ \\(soft\\).+second\n.+first\n$`),
  );
});

test("what died by what it was derived from names that source", async () => {
  await using home = await CliHome.create();
  {
    await using cache = await home.open();
    await cache.put("experiments/source.json", 1, "acme");
    await cache.getOrCompute(KEY, "acme", async () => [
      await cache.get("experiments/source.json", "acme"),
    ]);
    await cache.put("experiments/source.json", 2, "acme");
  }
  const { out } = await home.run("why", KEY);
  expect(out).toMatch(
    /killed by record \d+ on key experiments\/source\.json \(hard\), as derived from key experiments\/source\.json, on /,
  );
});

test("the record is found however many came after it", async () => {
  await using home = await CliHome.create();
  await home.runWith({ input: "1" }, "put", KEY);
  const position = await positionOf(home, "--key", KEY, "--reason", "long ago");
  {
    await using cache = await home.open();
    const all = Array.from({ length: 1500 }, (_none, i) =>
      cache.invalidate({ kind: "key", value: `others/${i}` }, "acme", { wait: "durable" }),
    );
    await Promise.all(all);
  }
  const { out } = await home.run("why", KEY);
  expect(out).toMatch(new RegExp(`killed by record ${position} .+because: long ago\n`));
});
