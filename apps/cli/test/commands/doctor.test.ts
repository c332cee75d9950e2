import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

/** A tier whose deletes are acknowledged and not done: a package beside the configuration. */
const LIAR = `
const copies = new Map();
export const backendModule = {
  name: "liar",
  jsonSchema: { type: "object" },
  parse: (options) => ({ ok: true, options }),
  examine: async () => ({
    server: "Liar 1.0",
    findings: [{ check: "eviction-policy", level: "warning", message: "noeviction", remedy: "set allkeys-lru" }],
    changes: [
      { what: "rule a", action: "add", after: "30 days" },
      { what: "rule b", action: "change", before: "1 day", after: "2 days" },
      { what: "rule c", action: "remove", before: "9 days" },
    ],
  }),
  create: async () => ({
    exists: async (key) => copies.has(key),
    get: async (key) => copies.get(key),
    put: async (key, data) => (copies.set(key, data), true),
    delete: async () => true,
    listKeys: async (prefix) => [...copies.keys()].filter((key) => key.startsWith(prefix)),
    getStats: async () => ({ entries: 0, bytes: 0, exact: true }),
  }),
};`;
const DOWN = LIAR.replace(
  /examine: [^]*create: [^]*$/,
  `examine: async () => { throw new Error("connect ECONNREFUSED 127.0.0.1:1"); },
  create: async () => { throw new Error("connect ECONNREFUSED 127.0.0.1:1"); },
};`,
);

async function withBackend(source: string): Promise<CliHome & { readonly config: string }> {
  const home = await CliHome.create();
  await home.file("own.mjs", source);
  const yaml = "caching: { tiers: { near: { backend: memory }, far: { backend: ./own.mjs } } }\n";
  return Object.assign(home, { config: await home.file("own.yaml", yaml) });
}

test("a healthy cache ends with 0, tells each check, and leaves no key behind", async () => {
  await using home = await CliHome.create();
  const { code, out, err } = await home.run("doctor");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^│ warm +│ local +│ +│ up +│ \d/m);
  expect(out).toMatch(/^│ warm +│ conditional write +│ ok +│ 8 rounds/m);
  expect(out).toContain('invalidation goes by the log of "warm" (local)');
  const { ok, tiers, truth } = JSON.parse((await home.run("doctor", "--json")).out);
  expect({ ok, truth }).toMatchObject({ ok: true, truth: { tier: "warm", leaseMs: 200 } });
  expect(tiers).toHaveLength(2);
  const { entries } = JSON.parse((await home.run("stats", "--json")).out).tiers[1];
  expect(entries).toBe(0);
});

test("a problem ends with 1 and says what to do", async () => {
  await using home = await withBackend(LIAR);
  const { code, out, err } = await home.run("doctor", "--config", home.config);
  expect({ code, err }).toEqual({ code: 1, err: `${home.config}: 2 problem(s)\n` });
  expect(out).toMatch(/^│ far +│ delete +│ problem +│ what was deleted is still there/m);
  expect(out).toMatch(/^ {2}problem: far: delete: .+object lock/m);
  expect(out).toContain("  warning: far: eviction-policy: set allkeys-lru\n");
  const json = await home.run("doctor", "--config", home.config, "--json");
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({ ok: false, tiers: [{}, { server: "Liar 1.0" }] });
});

test("a collector that does not answer is a warning", async () => {
  await using home = await CliHome.create();
  const env = { PHOENIX_COLLECTOR_ENDPOINT: "http://127.0.0.1:1" };
  const { code, out } = await home.runWith({ env }, "doctor");
  expect(code).toBe(0);
  expect(out).toMatch(/│ \(telemetry\) +│ traces +│ warning +│ http:\/\/127\.0\.0\.1:1 does not/);
  expect(out).toContain("  warning: (telemetry): traces: see whether the collector runs");
});

test("a tier that is down ends with 1", async () => {
  await using home = await withBackend(DOWN);
  const { code, out } = await home.run("doctor", "--config", home.config);
  expect(code).toBe(1);
  expect(out).toMatch(/^│ far .*│ down/m);
  expect(out).toContain("connect ECONNREFUSED 127.0.0.1:1");
});

test("a wrong configuration ends with 2", async () => {
  await using home = await CliHome.create();
  const config = await home.file("wrong.yaml", "caching: { tier: {} }\n");
  expect(await home.run("doctor", "--config", config)).toMatchObject({ code: 2, out: "" });
});

test("Ctrl-C ends with 130", async () => {
  await using home = await CliHome.create();
  const signal = AbortSignal.abort(new DOMException("Interrupted", "AbortError"));
  expect(await home.runWith({ signal }, "doctor")).toMatchObject({ code: 130, out: "" });
});

test("config check shows what servers say, and what a start would change, as a diff", async () => {
  await using home = await withBackend(LIAR);
  const { code, out, err } = await home.run("config", "check", home.config);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(
    /│ far +│ Liar 1\.0 +│ warning +│ eviction-policy: noeviction; set allkeys-lru/,
  );
  expect(out).toContain(
    'the next start changes on the server of "far":\n' +
      "  + rule a: 30 days\n  - rule b: 1 day\n  + rule b: 2 days\n  - rule c: 9 days\n",
  );
  expect(out).toContain("invalidation goes by the log of this process");
  const { servers } = JSON.parse((await home.run("config", "check", home.config, "--json")).out);
  expect(servers).toMatchObject([{ state: "none" }, { state: "examined" }]);
});

test("config check takes a server that cannot be reached for a warning; --offline asks none", async () => {
  await using home = await withBackend(DOWN);
  const { code, err } = await home.run("config", "check", home.config);
  expect(code).toBe(0);
  expect(err).toMatch(/^warning: the server of "far" could not be looked at: .*ECONNREFUSED/);
  expect(await home.run("config", "check", home.config, "--offline")).toMatchObject({
    code: 0,
    err: "",
  });
});

test("a server that refuses the configuration makes config check end with 1", async () => {
  const refusing = DOWN.replace(
    'throw new Error("connect ECONNREFUSED 127.0.0.1:1")',
    'throw Object.assign(new Error("no such region"), { brand: "cogniverse.cache.error", code: "invalid_config" })',
  );
  await using home = await withBackend(refusing);
  const { code, out, err } = await home.run("config", "check", home.config);
  expect(code).toBe(1);
  expect(out).toContain("does not fit its servers");
  expect(err).toBe(`"far": no such region\n${home.config}: 1 problem(s)\n`);
  expect((await home.run("config", "check", home.config, "--offline")).code).toBe(0);
});
