import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { CliHome, type RunOptions } from "./support/cli-home.ts";

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

const SECOND_DOWN = `caching:
  tiers:
    first: { backend: local, config: { base_path: "\${COGNIVERSE_CACHE_DIR}" } }
    second: { backend: local, config: { base_path: "\${BLOCKED}" } }
`;

const TRUTH_DOWN = `caching:
  tiers:
    memory: { backend: memory }
    hot: { backend: redis, config: { url: "redis://127.0.0.1:\${PORT}" } }
    cold:
      backend: s3
      config:
        { bucket: none, endpoint: "http://127.0.0.1:\${PORT}", access_key_id: id, secret_access_key: test-secret }
`;

/** A home whose second tier cannot be made, for its folder is a file. */
async function halfDown(home: CliHome): Promise<readonly [string, RunOptions]> {
  const blocked = await home.file("a-file", "");
  return [await home.file("half.yaml", SECOND_DOWN), { env: { BLOCKED: blocked } }];
}

test("ls with a tier down prints what there is, names the tier and ends with 1", async () => {
  await using home = await CliHome.create();
  const [config, options] = await halfDown(home);
  await home.runWith({ ...options, input: "1" }, "put", "experiments/a.json", "-c", config);
  const lines = await home.runWith(options, "ls", "-c", config);
  expect(lines).toMatchObject({ code: 1, out: "experiments/a.json\n" });
  expect(lines.err).toContain('tier "second" (local) could not be looked at: ');
  const json = await home.runWith(options, "ls", "-c", config, "--json");
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toEqual(["experiments/a.json"]);
  const dry = await home.runWith(options, "invalidate", "--all", "--dry-run", "-c", config);
  expect(dry).toMatchObject({ code: 1, err: expect.stringContaining("the count is not complete") });
});

test("with the servers down ls is no empty cache, and stats says down", async () => {
  await using home = await CliHome.create();
  const config = await home.file("down.yaml", TRUTH_DOWN);
  const options = { env: { PORT: String(await deadPort()) } };
  const list = await home.runWith(options, "ls", "-c", config, "--json");
  expect(list).toMatchObject({ code: 1, out: "[]\n" });
  for (const said of ['tier "hot" (redis)', 'tier "cold" (s3)', "invalidation log"])
    expect(list.err).toContain(said);
  const stats = await home.runWith(options, "stats", "-c", config);
  expect(stats.out).toMatch(/│ hot +│ down +│ +│ +│ unknown/);
  expect(stats.out).toMatch(/│ cold +│ down +│ +│ +│ unknown/);
  expect(stats.out).toContain("log: not reachable");
  const json = JSON.parse((await home.runWith(options, "stats", "-c", config, "--json")).out);
  expect(json).toMatchObject({
    tiers: [{ state: "up" }, { tier: "hot", state: "down" }, { tier: "cold", state: "down" }],
    log: { live: false },
  });
});

test("with the servers down why does not say that no record speaks of a key, nor deps that there is no copy", async () => {
  await using home = await CliHome.create();
  const config = await home.file("down.yaml", TRUTH_DOWN);
  const options = { env: { PORT: String(await deadPort()) } };
  const why = await home.runWith(options, "why", "experiments/a.json", "-c", config);
  expect(why).toMatchObject({
    code: 1,
    out: expect.stringMatching(
      /\nthe log cannot be read; whether a record speaks of this key is not known\n$/,
    ),
  });
  const json = await home.runWith(options, "why", "experiments/a.json", "-c", config, "--json");
  expect(JSON.parse(json.out)).toMatchObject({ records: [], isCurrent: false });
  const deps = await home.runWith(options, "deps", "experiments/a.json", "-c", config);
  expect(deps).toMatchObject({ code: 1, out: "" });
  expect(deps.err).toContain("No tier that could be looked at has a copy of experiments/a.json");
  expect(deps.err).toContain('tier "hot" (redis) could not be looked at: ');
});
