import { describe, expect, test } from "@jest/globals";
import { linesIn, MEMORY, wrong } from "../support/check-yaml.ts";

describe("unknown names", () => {
  test.each([
    ["  enabeld: true", '4:3 Unknown option "enabeld"; did you mean "enabled"?'],
    ["  policy: {}", '4:3 Unknown option "policy"; did you mean "policies"?'],
    [
      "  policies: { frames: { memry: true } }",
      '4:25 "memry" is neither a tier nor an option of policies; did you mean "memory"?',
    ],
    [
      "  default_policy: { cold: true }",
      '4:21 "cold" is neither a tier nor an option of policies: tiers here are memory; options are ttl',
    ],
    [
      "  tenants: { acme: { policies: { frames: { tll: 5 } } } }",
      '4:44 "tll" is neither a tier nor an option of policies; did you mean "ttl"?',
    ],
    [
      "  tenants: { acme: { policy: {} } }",
      '4:22 Unknown option "policy"; did you mean "policies"?',
    ],
    [
      "  policies: { serch_results: {} }",
      '4:15 No key type is of the family "serch_results"; did you mean "search_results"?',
    ],
    [
      '  key_types: [{ template: "a/{b}", codec: json, verson: 2 }]',
      '4:49 Unknown option "verson"; did you mean "version"?',
    ],
  ])("%s", async (line, expected) => {
    const lines = await wrong(line);
    expect(lines).toEqual([expect.stringContaining(expected)]);
  });

  test("a family of one's own is no mistake once a key type declares it", async () => {
    const policy = "  policies: { frame: { ttl: 5 } }\n";
    expect(await wrong(policy)).toHaveLength(1);
    expect(await wrong(`${policy}  key_types: [{ template: "frame/{id}", codec: json }]`)).toEqual(
      [],
    );
    expect(await wrong("  policies: { thumbnails: { ttl: 5 } }")).toEqual([]);
  });

  test("top-level properties x-... are the reader's own", async () => {
    expect(await linesIn(`x-mine: 1\n${MEMORY}`)).toEqual([]);
    expect(await linesIn(`y-mine: 1\n${MEMORY}`)).toHaveLength(1);
  });
});

describe("wrong values", () => {
  test.each([
    ["  enabled: yes", '4:12 "enabled" must be true or false, not text: YAML 1.2 reads yes'],
    ["  policies: [a]", '4:13 "policies" must be a map, not a list'],
    ["  policies: { frames: { memory: 1 } }", '4:33 "memory" must be true or false, not 1'],
    ["  policies: { frames: { ttl: 0 } }", '4:30 "ttl" must be more than 0, not 0'],
    ["  policies: { frames: { ttl: -5 } }", '4:30 "ttl" must be more than 0, not -5'],
    [
      '  policies: { frames: { ttl: "60" } }',
      '4:30 "ttl" must be a number, not text: take the quotes',
    ],
    ["  policies: { frames: { demote: 1 } }", '4:33 "demote" must be true or false'],
    [
      "  policies: { frames: { compress_above_bytes: true } }",
      '4:47 "compress_above_bytes" must be a whole number of bytes, at least 0, or false',
    ],
    [
      "  policies: { frames: { max_value_bytes: 1.5 } }",
      '4:42 "max_value_bytes" must be a whole number',
    ],
    ["  policies: { frames: { copy_on_read: x } }", '4:39 "copy_on_read" must be true or false'],
    [
      "  policies: { frames: { writes: backgroud } }",
      '4:33 "writes" must be one of awaited, background; did you mean "background"?',
    ],
    ["  background_limit: 0", '4:21 "background_limit" must be more than 0'],
    ["  coherence_wait_ms: -1", '4:22 "coherence_wait_ms" must be at least 0'],
    ["  key_types: [{ template: a/b }]", '4:15 "codec" is missing'],
    ['  key_types: [{ template: "{a}/b", codec: json }]', "4:27 Key type"],
    ['  key_types: [{ template: "a/{b}", codec: jsn }]', '4:43 "codec" must be one of'],
    [
      '  key_types: [{ template: "a/{b}", codec: json, version: 0 }]',
      '4:58 "version" must be more',
    ],
    ["  tenants: { __root: {} }", '4:14 Tenant id "__root" is refused'],
  ])("%s", async (line, expected) => {
    const lines = await wrong(line);
    expect(lines).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ["{ backend: 7 }", '3:24 "backend" must be text, not 7: put it in quotes'],
    ["{ config: {} }", '3:5 "backend" is missing: it must be text'],
    ["memory", '3:13 "memory" must be a map, not text'],
    ["{ backend: memory, config: 5 }", '3:40 "config" must be a map, not 5'],
    ["{ backend: memory, time_limit_ms: 0 }", '"time_limit_ms" must be more than 0'],
    ["{ backend: memory, breaker_failures: 0.5 }", '"breaker_failures" must be a whole number'],
    ["{ backend: memory, breaker_pause_ms: soon }", '"breaker_pause_ms" must be a number'],
    ["{ backend: memory, confg: {} }", '3:32 Unknown option "confg"; did you mean "config"?'],
    ["{ backend: memory, config: { maxSizeMb: 5 } }", 'did you mean "max_size_mb"?'],
    ["{ backend: memory, config: { max_size_mb: lots } }", '3:55 "max_size_mb": must be'],
    ["{ backend: local }", '3:5 "config": base_path is missing'],
  ])("a tier that is %s", async (tier, expected) => {
    const lines = await linesIn(`caching:\n  tiers:\n    memory: ${tier}\n`);
    expect(lines).toEqual([expect.stringContaining(expected)]);
  });

  test("are not there in a file that is right", async () => {
    expect(await wrong("  policies: { frames: { memory: false, ttl: null } }")).toEqual([]);
  });
});
