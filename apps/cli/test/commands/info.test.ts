import { join } from "node:path";
import { noTelemetry, systemClock, systemRandom } from "@cogniverse/core";
import { consoleLogger } from "@cogniverse/runtime";
import { localBackend } from "@cogniverse/cache-local";
import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

test("a valid copy is told with everything that is known of it", async () => {
  await using home = await CliHome.create();
  {
    await using cache = await home.open();
    await cache.getOrCompute("experiments/source.json", "acme", () => 1);
    await cache.getOrCompute("experiments/a.json", "acme", async (context) => {
      context.setTags("nightly", "video:7");
      return [await cache.get("experiments/source.json", "acme")];
    });
  }
  const short = await home.run("info", "experiments/a.json");
  expect(short).toMatchObject({ code: 0, err: "" });
  expect(short.out).toMatch(/^memory +absent\nwarm +valid\n {2}age +\d/);
  for (const fact of [
    /remaining +never expires/,
    /size +3 B, application\/json/,
    /tag +nightly\n/,
    /tag +video:7\n/,
  ])
    expect(short.out).toMatch(fact);
  expect(short.out).toMatch(/sources +1 \(--sources lists them\)\n$/);
  const full = await home.run("info", "experiments/a.json", "--sources");
  expect(full.out).toMatch(/source +key experiments\/source\.json\n$/);
  const json = JSON.parse((await home.run("info", "experiments/a.json", "--json")).out);
  expect(json).toMatchObject([
    { tier: "memory", state: "refused", why: "absent" },
    { tier: "warm", state: "valid", copy: { sources: [{ kind: "key" }] } },
  ]);
});

test.each([
  ["hard", []],
  ["soft", ["--soft"]],
])("an invalidated copy names the %s record that killed it", async (mode, flags) => {
  await using home = await CliHome.create();
  await home.runWith({ input: "1" }, "put", "experiments/a.json", "--tag", "old");
  const done = await home.run("invalidate", "--tag", "old", "--json", ...flags);
  const { position } = JSON.parse(done.out);
  const { code, out, err } = await home.run("info", "experiments/a.json");
  expect({ code, err }).toEqual({ code: 1, err: "No tier would serve experiments/a.json\n" });
  expect(out).toContain(`invalidated by record ${position} (${mode})\n`);
  const json = JSON.parse((await home.run("info", "experiments/a.json", "--json")).out);
  expect(json[1]).toMatchObject({ why: "invalidated", killedBy: { position, mode } });
});

test("an expired copy is told from one that was killed", async () => {
  await using home = await CliHome.create();
  {
    const clock = { ...systemClock, now: () => systemClock.now() - 3_600_000 };
    await using cache = await home.open({ clock });
    await cache.put("experiments/a.json", 1, "acme", { ttl: 1800 });
  }
  const { code, out } = await home.run("info", "experiments/a.json");
  expect(code).toBe(1);
  expect(out).toMatch(/^warm +expired\n/m);
});

test("bytes that another program put there are foreign", async () => {
  await using home = await CliHome.create();
  await home.run("stats");
  {
    const context = {
      tier: "warm",
      clock: systemClock,
      random: systemRandom,
      logger: consoleLogger,
      telemetry: noTelemetry,
    };
    await using backend = await localBackend({ base_path: join(home.folder, "cache") }, context);
    await backend.put("experiments/a.json", new Uint8Array([49]), "acme");
  }
  const { code, out } = await home.run("info", "experiments/a.json");
  expect(code).toBe(1);
  expect(out).toMatch(/^warm +foreign\n/m);
  expect(await home.run("get", "experiments/a.json")).toMatchObject({
    code: 1,
    err: expect.stringContaining("warm: foreign"),
  });
});

test("a key that was never there is absent everywhere", async () => {
  await using home = await CliHome.create();
  const { code, out } = await home.run("info", "experiments/none.json");
  expect({ code, out }).toEqual({ code: 1, out: "memory     absent\nwarm       absent\n" });
});
