import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { BackendModule } from "@cogniverse/sdk";
import { recordingLogger, recordingTelemetry } from "@cogniverse/testkit";
import * as fc from "fast-check";
import {
  checkConfig,
  ConfigError,
  createCache,
  diagnose,
  examineTiers,
  formatConfigProblems,
  installedBackends,
} from "../../src/index.ts";
import {
  leastConfig,
  literalMark,
  type MarkedOption,
  type OptionPath,
  optionsOf,
  withMarks,
} from "../support/marked-options.ts";

const modules = await installedBackends();
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cogniverse-secrets-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Such as people and machines make: with what URLs, globs and shells take for their own. */
const mark = fc
  .array(fc.constantFrom(..."abcXYZ019-_.:@?#%&=+!$*~ü ".split("")), {
    minLength: 4,
    maxLength: 16,
  })
  .map((letters) => `m4rk${letters.join("")}q`);

type Source = Readonly<{ configPath: string; env: Readonly<Record<string, string>> }>;

/** A file with one tier of this backend. */
async function written(
  module: BackendModule,
  config: unknown,
  secret: string,
  telemetry?: unknown,
): Promise<Source> {
  const configPath = join(folder, "cache.yaml");
  const tiers = { only: { backend: module.name, config } };
  const sections = { caching: { tiers }, ...(telemetry === undefined ? {} : { telemetry }) };
  await writeFile(configPath, JSON.stringify(sections, undefined, 2));
  return { configPath, env: { MARKED_SECRET: secret } };
}

/** Whatever a person could be shown. */
async function shownBefore(source: Source): Promise<string> {
  const check = await checkConfig(source);
  return [JSON.stringify(check), formatConfigProblems(check.problems), inspect(check)].join("\n");
}

async function shownByServers(source: Source): Promise<string> {
  const shown: unknown[] = [];
  for (const look of [examineTiers, diagnose])
    shown.push(await look({ ...source, limitMs: 1000 }).catch((error: unknown) => error));
  return shown.map((what) => `${JSON.stringify(what)}\n${deep(what)}`).join("\n");
}

async function shownByCache(source: Source): Promise<string> {
  const logger = recordingLogger();
  const telemetry = recordingTelemetry();
  const shown: unknown[] = [logger.lines, telemetry];
  try {
    await using cache = await createCache({ ...source, logger, telemetry });
    const acme = cache.forTenant("acme");
    const failing = [
      acme.invalidate({ kind: "key", value: "a/b" }),
      acme.put("a/b", 1),
      acme.getWithInfo("a/b"),
      cache.inspect("a/b", "acme"),
      cache.stats("acme"),
    ];
    shown.push(cache.report, await Promise.allSettled(failing));
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error;
    shown.push(error, String(error));
  }
  return shown.map(deep).join("\n");
}

const deep = (what: unknown): string =>
  inspect(what, { depth: 12, maxStringLength: null, maxArrayLength: null, breakLength: Infinity });

/** What holds the mark, as it is or as URLs have it; nothing where nothing does. */
function holding(shown: string, secret: string): string {
  const forms = [secret, encodeURIComponent(secret)];
  return forms.some((form) => shown.includes(form)) ? shown : "";
}

/** The mark as the value of a variable that is called like a secret. A path stays in the test's folder. */
function byVariable(path: OptionPath): MarkedOption {
  const isPlace = /path|dir|file/.test(String(path.at(-1)));
  return { path, value: isPlace ? `${folder}/\${MARKED_SECRET}` : "${MARKED_SECRET}" };
}

/** Options whose secrets may stand in the file. */
function literalOptions({ jsonSchema }: BackendModule): readonly OptionPath[] {
  return optionsOf(jsonSchema).filter((path) => literalMark(path, "x") !== undefined);
}

const literals = modules.flatMap((module) =>
  literalOptions(module).map(
    (path) => [`${module.name}: ${path.join(".")}`, module, path] as const,
  ),
);

test.each(literals)("a secret in the file is not said: %s", async (_name, module, path) => {
  await fc.assert(
    fc.asyncProperty(mark, fc.boolean(), async (secret, wrong) => {
      const value = literalMark(path, secret);
      const marked = { path, value: wrong ? [value, { a: value }] : value };
      const config = withMarks(leastConfig(module, folder), [marked]);
      const source = await written(module, config, secret);
      expect(holding(await shownBefore(source), secret)).toBe("");
    }),
    { numRuns: 10 },
  );
});

describe.each(modules.map((module) => [module.name, module] as const))("%s", (_name, module) => {
  const options = optionsOf(module.jsonSchema);
  const literal = literalOptions(module);

  test("it has options to mark", () => {
    expect(options.length).toBeGreaterThan(1);
  });

  test("no option says its value, be it right or wrong", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...options),
        mark,
        fc.boolean(),
        async (path, secret, list) => {
          const { value } = byVariable(path);
          const marked = { path, value: list ? [value] : value };
          const config = withMarks(leastConfig(module, folder), [marked]);
          expect(holding(await shownBefore(await written(module, config, secret)), secret)).toBe(
            "",
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test("nothing that a running cache, a check of its servers or a doctor says holds one", async () => {
    const marks = fc.record({
      variable: fc.subarray([...options], { maxLength: 2 }),
      asItStands: fc.subarray([...literal]),
    });
    await fc.assert(
      fc.asyncProperty(marks, mark, async ({ variable, asItStands }, secret) => {
        const config = withMarks(leastConfig(module, folder), [
          ...variable.map(byVariable),
          ...asItStands.map((path) => ({ path, value: literalMark(path, secret) })),
        ]);
        const source = await written(module, config, secret);
        expect(holding(await shownByServers(source), secret)).toBe("");
        expect(holding(await shownByCache(source), secret)).toBe("");
      }),
      { numRuns: 10 },
    );
  });
});

describe("telemetry", () => {
  const memory = modules[0] as BackendModule; // The first of this project's own, which needs nothing.
  /** Nobody is there, so that whatever can be said of the target is said. */
  const endpoint = "http://127.0.0.1:1";
  /** Where a secret may stand, by a variable or as it is. */
  const places: readonly ((value: string) => unknown)[] = [
    (value) => ({ endpoint, api_key: value }),
    (value) => ({ endpoint, headers: { "x-team": value } }),
    (value) => ({ endpoint, headers: { "x team": value } }),
    (value) => ({ endpoint, headers: { Authorization: `Bearer ${value}` }, api_key: "another" }),
    (value) => ({ endpoint, heders: { "x-team": value } }),
    (value) => ({ endpoint, keys: { secret: value } }),
    (value) => ({ endpoint, keys: { secret: value, visibility: "plain" } }),
    (value) => ({ endpoint, keys: { secrt: value } }),
    (value) => ({ endpoint: `http://user:${encodeURIComponent(value)}@127.0.0.1:1` }),
    (value) => ({ metrics: { otlp: { endpoint, headers: { "x-team": value } } } }),
  ];

  test("no credential is said by checks, a doctor, or a running cache whose collector is down", async () => {
    const fast = { batch: { delay_ms: 1, timeout_ms: 20 }, shutdown_ms: 50 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        mark,
        fc.boolean(),
        async (place, letters, byName) => {
          const secret = `${letters}sixteen-letters`;
          const section = place(byName ? "${MARKED_SECRET}" : secret);
          const telemetry = { ...fast, ...(section as object) }; // A map, as all of them are.
          const source = await written(memory, {}, secret, telemetry);
          expect(holding(await shownBefore(source), secret)).toBe("");
          expect(holding(await shownByServers(source), secret)).toBe("");
          expect(holding(await shownByExport(source), secret)).toBe("");
        },
      ),
      { numRuns: 15 },
    );
  });
});

/** What a cache says whose spans cannot leave. */
async function shownByExport(source: Source): Promise<string> {
  const logger = recordingLogger();
  const shown: unknown[] = [logger.lines];
  try {
    const cache = await createCache({ ...source, logger });
    cache.telemetry.startSpan("one", "acme", { always: true }).end();
    await cache.close();
    shown.push(cache.telemetryReport, cache.report);
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error;
    shown.push(error, String(error));
  }
  return shown.map(deep).join("\n");
}
