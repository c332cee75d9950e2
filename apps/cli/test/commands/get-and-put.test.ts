import { readFile } from "node:fs/promises";
import { npyCodec, npzCodec, type NdArrays } from "@cogniverse/core";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

let home: CliHome;
beforeAll(async () => {
  home = await CliHome.create();
});
afterAll(() => home[Symbol.asyncDispose]());

const VECTORS: NdArrays = {
  vectors: { dtype: "f4", shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) },
};

test("JSON goes in from standard input and comes out of a pipe, a terminal, a file and --json", async () => {
  const put = await home.runWith({ input: '{"ok": true}' }, "put", "experiments/a.json");
  expect(put).toMatchObject({ code: 0, err: "" });
  expect(put.out).toMatch(/^stored experiments\/a\.json: position \d+, acknowledged in .+\n$/);
  const plain = await home.run("get", "experiments/a.json");
  expect(plain).toMatchObject({ code: 0, out: '{\n  "ok": true\n}\n' });
  expect((await home.runWith({ isTerminal: true }, "get", "experiments/a.json")).out).toBe(
    plain.out,
  );
  const json = JSON.parse((await home.run("get", "experiments/a.json", "--json")).out);
  expect(json).toMatchObject({ hit: true, tier: "warm", value: { ok: true }, remainingMs: null });
  const file = home.at("out.json");
  expect(await home.run("get", "experiments/a.json", "-o", file)).toMatchObject({
    code: 0,
    out: "",
  });
  expect(await readFile(file, "utf8")).toBe(plain.out);
});

test("large bytes come out as they went in", async () => {
  const large = new Uint8Array(12 << 20).map((_, i) => (i * 31) >> (i & 7));
  const file = await home.file("large.bin", large);
  expect(await home.run("put", "experiments/large.bin", file)).toMatchObject({ code: 0 });
  const { bytes } = await home.run("get", "experiments/large.bin");
  expect(Buffer.compare(bytes, large)).toBe(0);
  const shown = await home.runWith({ isTerminal: true }, "get", "experiments/large.bin");
  expect(shown.out).toBe(`${large.byteLength} bytes; use --output FILE or a pipe\n`);
});

test("an npz is a numpy file on both sides", async () => {
  const npz = await npzCodec.encode(VECTORS);
  expect(await home.runWith({ input: npz }, "put", "experiments/v.npz", "-")).toMatchObject({
    code: 0,
  });
  const piped = await home.run("get", "experiments/v.npz");
  expect(await npzCodec.decode(piped.bytes)).toEqual(VECTORS);
  const shown = await home.runWith({ isTerminal: true }, "get", "experiments/v.npz");
  expect(shown.out).toBe("vectors: f4 [2, 3]\n");
  const json = JSON.parse((await home.run("get", "experiments/v.npz", "--json")).out);
  expect(json.value).toEqual({ vectors: { dtype: "f4", shape: [2, 3] } });
});

test("--type says what the bytes are where the key does not", async () => {
  const { vectors } = VECTORS;
  if (vectors === undefined) throw new Error("no vectors");
  const npy = await npyCodec.encode(vectors);
  await home.runWith({ input: npy }, "put", "experiments/plain", "--type", "npy");
  expect(await npyCodec.decode((await home.run("get", "experiments/plain")).bytes)).toEqual(
    vectors,
  );
});

test("lifetime and tags are kept with the entry", async () => {
  const lifetime = async (key: string): Promise<unknown> =>
    JSON.parse((await home.run("info", key, "--json")).out)[1].copy;
  const tags = ["--tag", "nightly", "v2"];
  await home.runWith({ input: "1" }, "put", "experiments/ttl.json", "--ttl", "60", ...tags);
  const short = await lifetime("experiments/ttl.json");
  expect(short).toMatchObject({ tags: ["nightly", "v2"], remainingMs: expect.any(Number) });
  await home.runWith({ input: "1" }, "put", "search_results/q/text.json", "--never-expires");
  expect(await lifetime("search_results/q/text.json")).toMatchObject({ remainingMs: null });
});

test("a miss says why each tier has nothing", async () => {
  const miss = await home.run("get", "experiments/none.json");
  expect(miss).toMatchObject({
    code: 1,
    out: "",
    err: "experiments/none.json is not in the cache (memory: absent, warm: absent)\n",
  });
  const json = await home.run("get", "experiments/none.json", "--json");
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toEqual({
    hit: false,
    causes: { memory: "absent", warm: "absent" },
  });
});

test("what cannot be stored is refused in one line", async () => {
  const bad = await home.runWith({ input: "{" }, "put", "experiments/bad.json");
  expect(bad).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^The value is not json: .+\n$/),
  });
  const missing = await home.run("put", "experiments/bad.json", "nowhere.json");
  expect(missing).toMatchObject({ code: 2, err: "nowhere.json: no such file\n" });
  const npz = await home.runWith({ input: "x" }, "put", "experiments/bad.npz");
  expect(npz).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^The value is not npz: [^\n]+\n$/),
  });
  expect((await home.run("ls", "experiments/bad")).out).toBe("");
});

test("ls lists what a get would find, by prefix, for one tenant", async () => {
  await home.runWith({ input: "1" }, "put", "lists/b.json");
  await home.runWith({ input: "1" }, "put", "lists/a b.json");
  await home.runWith({ input: "1" }, "put", "lists/c.json", "--tenant", "globex");
  expect((await home.run("ls", "lists/")).out).toBe("lists/a b.json\nlists/b.json\n");
  expect(JSON.parse((await home.run("ls", "lists/", "--json")).out)).toHaveLength(2);
  expect((await home.run("ls", "lists/", "-t", "globex")).out).toBe("lists/c.json\n");
  expect(await home.run("ls", "lists/none")).toMatchObject({ code: 0, out: "" });
});

test("stats tell what the tiers hold and what the log costs", async () => {
  const { code, out } = await home.run("stats");
  expect(code).toBe(0);
  expect(out).toMatch(/│ warm +│ up +│ +\d+ │ [\d.]+ MiB/);
  expect(out).toMatch(
    /\nlog [0-9a-f]{8}: position \d+, \d+ scopes \(0 globs\), .+ B a scope, .+\n/,
  );
  for (const line of out.split("\n")) expect(line.length).toBeLessThan(100);
  const json = JSON.parse((await home.run("stats", "--json")).out);
  expect(json.tiers.map((tier: { tier: string }) => tier.tier)).toEqual(["memory", "warm"]);
});
