import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

const BROKEN = `caching:
  tiers:
    memory: { backend: memory, config: { max_size_mb: many } }
    hot: { backend: redis, config: { url: "redis://admin:hunter2@localhost:6379", max_memry: 1gb } }
  policies:
    embeddings: { warm: true }
    frames: { memory: true, ttl: -1, tll: 5 }
`;

test("everything that is wrong is said at once, each with its place, and no secret", async () => {
  await using home = await CliHome.create();
  const file = await home.file("broken.yaml", BROKEN);
  const { code, out, err } = await home.run("config", "check", file);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  for (const [line, column] of [
    [3, 55],
    [4, 83],
    [6, 19],
    [7, 34],
    [7, 38],
  ])
    expect(err).toContain(`${file}:${line}:${column}`);
  expect(err).not.toContain("hunter2");
  expect(err).toMatch(/\d problem\(s\)\n$/);
  const json = await home.run("config", "check", file, "--json");
  expect(json.code).toBe(1);
  const { ok, problems } = JSON.parse(json.out);
  expect(ok).toBe(false);
  expect(problems.length).toBeGreaterThanOrEqual(4);
  expect(json.out + json.err).not.toContain("hunter2");
});

test("a command on a broken configuration says the same and ends with 2", async () => {
  await using home = await CliHome.create();
  const file = await home.file("broken.yaml", BROKEN);
  const { code, err } = await home.run("ls", "--config", file);
  expect(code).toBe(2);
  expect(err).toContain(`${file}:7:38`);
  expect(err).not.toContain("hunter2");
});

test("what is right is summed up", async () => {
  await using home = await CliHome.create();
  const { code, out, err } = await home.run("config", "check");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/embedded\.yaml is right\n/);
  expect(out).toMatch(/search_results +│ memory, warm +│ 3600 s/);
  const json = JSON.parse((await home.run("config", "check", "--json")).out);
  expect(json).toMatchObject({ ok: true, summary: { enabled: true } });
});

test("the schema knows the installed backends", async () => {
  await using home = await CliHome.create();
  const { code, out } = await home.run("config", "schema");
  expect(code).toBe(0);
  expect(out).toContain("max_size_gb");
  expect(JSON.parse(out)).toHaveProperty("$schema");
});

test("a configuration that is not there is told in one line or two", async () => {
  await using home = await CliHome.create();
  const { code, err } = await home.run("ls", "--config", home.at("none.yaml"));
  expect(code).toBe(2);
  expect(err).toContain("There is no such file");
});
