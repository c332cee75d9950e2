import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { installedBackends, jsonSchema } from "../../src/index.ts";
import { fakeModule } from "../support/fake-modules.ts";

const published = new URL("../../schema/cogniverse-cache.schema.json", import.meta.url);
const configs = new URL("../../../../configs/", import.meta.url);
const modules = await installedBackends();
const validator = (schema: object): ((text: string) => boolean) => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  return (text) => validate(parse(text, { merge: true }));
};

describe("the published schema", () => {
  test("knows every backend of this project", () => {
    const names = modules.map(({ name }) => name);
    expect(names).toEqual(["memory", "local", "redis", "s3", "gcs"]);
  });

  test("is what the sources make; `pnpm run schema` writes it anew", async () => {
    const expected = `${JSON.stringify(jsonSchema(modules), null, 2)}\n`;
    expect(await readFile(published, "utf8")).toBe(expected);
  });

  test("fits every configuration of this repository, which refer to it", async () => {
    const fits = validator(JSON.parse(await readFile(published, "utf8")));
    const files = (await readdir(configs)).filter((name) => name.endsWith(".yaml"));
    const ofCaches: string[] = [];
    for (const file of files) {
      const text = await readFile(new URL(file, configs), "utf8");
      if (!/^caching:/m.test(text)) continue;
      ofCaches.push(file);
      const reference = /^# yaml-language-server: \$schema=(.+)$/m.exec(text)?.[1] ?? "";
      expect(fileURLToPath(new URL(reference, configs))).toBe(fileURLToPath(published));
      expect([file, fits(text)]).toEqual([file, true]);
    }
    expect(ofCaches).toEqual(
      expect.arrayContaining([
        "embedded.yaml",
        "original.yaml",
        "production.yaml",
        "production-gcs.yaml",
      ]),
    );
  });
});

describe("jsonSchema", () => {
  const fits = validator(jsonSchema(modules));
  const tier = (text: string): string => `caching: { tiers: { memory: ${text} } }`;

  test.each([
    "caching: { enabled: false }",
    "{ x-mine: 1, caching: { enabled: '${ON:-true}' } }",
    tier("{ backend: memory, config: { max_size_mb: 5 } }"),
    tier("{ backend: memory, config: { max_size_mb: '${MB}' }, time_limit_ms: '${MS:-5}' }"),
    tier("{ backend: redis, config: { url: '${REDIS_URL}', eviction_policy: '${POLICY}' } }"),
    tier(
      "{ backend: s3, config: { bucket: my-bucket, lifecycle_rules: [{ expiration_days: 9 }] } }",
    ),
    tier("{ backend: another, config: { url: x, anything: [1] } }"),
    tier("{ backend: my-own-package }"),
    "{ caching: {}, telemetry: { endpoint: '${AT:-}', sampling: { hits: '${HITS}' } } }",
    "{ caching: {}, telemetry: { endpoint: null, api_key: null, headers: { a: null } } }",
    "{ caching: {}, telemetry: { metrics: { prometheus: { port: null } } } }",
    "caching: { prices: { currency: USD, compute_second: 1, request: { hot: '${PRICE}' } } }",
    "caching: { prices: { currency: USD, compute_second: { frames: 1 } } }",
    "caching: { policies: { frames: { hot: true, ttl: null, compress_above_bytes: false } } }",
  ])("takes %s", (text) => {
    expect(fits(text)).toBe(true);
  });

  test.each([
    "{}",
    "caching: { enabeld: true }",
    "caching: { enabled: 'yes' }",
    "cashing: {}",
    tier("{ config: {} }"),
    tier("{ backend: memory, config: { max_size_gb: 5 } }"),
    tier("{ backend: memory, config: { max_size_mb: lots } }"),
    tier("{ backend: local }").replace("local", "local, config: { max_size_gb: 1 }"),
    tier("{ backend: redis, config: { url: 'http://a' } }"),
    tier("{ backend: s3, config: { region: r } }"),
    tier("{ backend: gcs, config: { bucket: my-bucket, storage_class: WARM } }"),
    "caching: { tiers: { '1': { backend: memory } } }",
    "caching: { policies: { frames: { hot: 1 } } }",
    "caching: { policies: { frames: { ttl: 0 } } }",
    "caching: { policies: { frames: { writes: later } } }",
    "caching: { key_types: [{ template: a }] }",
    "{ caching: {}, telemetry: { endpoint: localhost } }",
    "{ caching: {}, telemetry: { sampling: { hits: 2 } } }",
    "{ caching: {}, telemetry: { keys: { visibility: sha } } }",
    "{ caching: {}, telemetry: { metrics: { prometheus: { prt: 1 } } } }",
    "caching: { prices: { compute_second: 1 } }",
    "caching: { prices: { currency: USD, compute_second: { frames: -1 } } }",
  ])("refuses %s", (text) => {
    expect(fits(text)).toBe(false);
  });

  test("keeps a backend's own references within its part", () => {
    const own = {
      $defs: { size: { type: "number" } },
      type: "object",
      properties: { size: { $ref: "#/$defs/size" } },
    };
    const refers = validator(jsonSchema([fakeModule("odd", { jsonSchema: own })]));
    expect(refers(tier("{ backend: odd, config: { size: 5 } }"))).toBe(true);
    expect(refers(tier("{ backend: odd, config: { size: [] } }"))).toBe(false);
  });

  test("says what every option means", () => {
    const text = JSON.stringify(jsonSchema());
    for (const words of ["Fastest first", "null = never expires", "opens? the breaker", "zstd"])
      expect(text).toMatch(new RegExp(words));
  });
});
