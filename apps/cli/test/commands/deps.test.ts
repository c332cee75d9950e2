import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

const ANSWER = "search_results/q/text.json";

/** answer <- summary <- transcript, which carries a tag and names a file; the answer also reads an index. */
async function derived(): Promise<CliHome> {
  const home = await CliHome.create();
  await using cache = await home.open();
  const acme = cache.forTenant("acme");
  const transcript = (): Promise<unknown> =>
    acme.getOrCompute("notes/transcript", ({ setTags, dependsOn }) => {
      setTags("speech");
      dependsOn("files/v.mp4");
      return "t";
    });
  const summary = (): Promise<unknown> =>
    acme.getOrCompute("notes/summary", async () => [await transcript()]);
  await acme.put("notes/index", 1);
  await acme.getOrCompute(ANSWER, async () => [await summary(), await acme.get("notes/index")]);
  return home;
}

test("prints the tree over all levels, with positions and contents", async () => {
  await using home = await derived();
  const ran = await home.run("deps", ANSWER);
  expect(ran).toMatchObject({ code: 0, err: "" });
  const shape = ran.out
    .replaceAll(/content [0-9a-f]{12}/g, "content C")
    .replaceAll(/position \d+/g, "position P");
  expect(shape.split("\n")).toEqual([
    `${ANSWER} (warm, position P, content C)`,
    "├─ key notes/summary (position P, content C)",
    "│  └─ key notes/transcript (position P, content C)",
    "│     ├─ tag speech (position P)",
    "│     └─ key files/v.mp4 (position P, not cached)",
    "└─ key notes/index (position P, content C)",
    "",
  ]);
});

test("says what was invalidated since, what has other content now, and what is gone", async () => {
  await using home = await derived();
  await home.runWith({ input: "2" }, "put", "notes/index");
  await home.run("invalidate", "--key", "notes/transcript");
  const { out } = await home.run("deps", ANSWER);
  expect(out).toMatch(/^search_results\/q\/text\.json \(warm, .+, dead\)\n/);
  expect(out).toMatch(
    /key notes\/index \(position \d+, content \w+, invalidated since, other content now\)/,
  );
  expect(out).toMatch(
    /key notes\/transcript \(position \d+, content \w+, invalidated since, not cached\)/,
  );
});

test("as JSON it has every level", async () => {
  await using home = await derived();
  const json = JSON.parse((await home.run("deps", ANSWER, "--json")).out);
  expect(json).toMatchObject({
    key: ANSWER,
    tier: "warm",
    state: "valid",
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    from: [
      {
        scope: { kind: "key", value: "notes/summary" },
        state: "valid",
        now: "same",
        from: [{ scope: { kind: "key", value: "notes/transcript" }, from: [{}, {}] }],
      },
      { scope: { kind: "key", value: "notes/index" }, from: [] },
    ],
  });
});

test("what was derived from nothing says so, and what is not there is told on standard error", async () => {
  await using home = await derived();
  const plain = await home.run("deps", "notes/index");
  expect(plain.out).toMatch(/^notes\/index \(.+\)\n {2}derived from nothing that is known\n$/);
  expect(await home.run("deps", "notes/none")).toMatchObject({
    code: 1,
    out: "",
    err: "No tier has a copy of notes/none, and only a copy tells what it was derived from\n",
  });
});
