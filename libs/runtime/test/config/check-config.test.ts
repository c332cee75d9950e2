import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { checkConfig } from "../../src/index.ts";
import { fakeModule } from "../support/fake-modules.ts";
import { linesIn, problemsIn, withYaml } from "../support/check-yaml.ts";

const MEMORY = "caching:\n  tiers:\n    memory: { backend: memory }\n";

/** A configuration with one more line, and what is wrong with it. */
const wrong = (line: string): Promise<readonly string[]> => linesIn(MEMORY + line);

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

describe("impossible combinations", () => {
  const tiers = (...lines: string[]): Promise<readonly string[]> =>
    linesIn(`caching:\n  tiers:\n${lines.map((line) => `    ${line}\n`).join("")}`);
  const memory = "{ backend: memory }";

  test("cold before hot", async () => {
    expect(await tiers(`cold: ${memory}`, `near: ${memory}`, `hot: ${memory}`)).toEqual([
      expect.stringContaining('5:5 "hot" must stand before "cold"'),
    ]);
    expect(await tiers(`hot: ${memory}`, `memory: ${memory}`)).toHaveLength(1);
    expect(
      await tiers(`a: ${memory}`, `memory: ${memory}`, `b: ${memory}`, `cold: ${memory}`),
    ).toEqual([]);
  });

  test.each([
    ["1", "cannot be a number"],
    ["2.5", "cannot be a number"],
    ['"007"', "cannot be a number"],
    ["ttl", "is an option of policies"],
    ["demote", "is an option of policies"],
    ["miss", "says that no tier answered"],
    ["a b", "use a letter"],
    ["__proto__", "use a letter"],
  ])("a tier called %s", async (name, expected) => {
    expect(await tiers(`${name}: ${memory}`)).toEqual([expect.stringContaining(`3:5 `)]);
    expect(await tiers(`${name}: ${memory}`)).toEqual([expect.stringContaining(expected)]);
  });

  test("two tiers on one directory", async () => {
    const on = (path: string): string => `{ backend: local, config: { base_path: ${path} } }`;
    expect(await tiers(`warm: ${on("x/y")}`, `cold: ${on("./x/../x/y/")}`)).toEqual([
      expect.stringContaining('4:50 Tier "warm" has this directory already'),
    ]);
    expect(await tiers(`warm: ${on("x/y")}`, `cold: ${on("x/z")}`)).toEqual([]);
  });

  test("no tiers at all, unless the cache is switched off", async () => {
    expect(await linesIn("caching: {}\n")).toEqual([expect.stringContaining("1:1 No tiers")]);
    expect(await linesIn("caching:\n  tiers: {}\n")).toEqual([
      expect.stringContaining("2:3 No tiers"),
    ]);
    expect(await linesIn("caching: { enabled: false }\n")).toEqual([]);
  });

  test("a key type twice", async () => {
    const twice = '  key_types:\n    - { template: "a/{b}", codec: json }\n'.concat(
      '    - { template: "a/{b}", codec: json, version: 2 }\n',
      '    - { template: "a/{b}", codec: bytes }\n',
      '    - { template: "frames/{video}/keyframes.json", codec: json }\n',
    );
    expect(await wrong(twice)).toEqual([
      expect.stringContaining(
        "7:19 A key type of this template and version is there already: item 1",
      ),
      expect.stringContaining(
        "8:19 A key type of this template and version is there already: a built",
      ),
    ]);
  });
});

describe("YAML", () => {
  test.each([
    ["a: [1", 1],
    ["caching:\n\ttiers: 1", 2],
    ["caching: 1\n---\ncaching: 2", 2],
    ["caching: *nowhere", 1],
    ["caching: &a { tiers: *a }", 1],
    ["caching: !!odd 1", 1],
    ["? [a]\n: 1", 1],
  ])("%j is refused with its place", async (text, line) => {
    const problems = await problemsIn(text);
    expect(problems).toMatchObject([{ code: "syntax", location: { line } }]);
  });

  test.each(["", "# nothing\n", "~", "- 1", "just text"])(
    "%j is no configuration",
    async (text) => {
      expect(await problemsIn(text)).toHaveLength(1);
    },
  );

  test("a key that is there twice is said beside everything else", async () => {
    expect(await linesIn(`${MEMORY}  enabled: true\n  enabled: tru\n`)).toEqual([
      expect.stringContaining('5:3 "enabled" is there twice'),
      expect.stringContaining('5:12 "enabled" must be true or false'),
    ]);
  });

  test("anchors, aliases and merge keys work, and problems point at the text they come from", async () => {
    const text = "x-slow: &slow { memory: true, tll: 60 }\n".concat(
      MEMORY,
      "  policies:\n    frames: { <<: *slow, demote: true }\n    embeddings: *slow\n",
    );
    expect(await linesIn(text)).toEqual([
      expect.stringContaining('1:31 "tll" is neither'),
      expect.stringContaining('1:31 "tll" is neither'),
    ]);
    const check = await withYaml(text.replace("tll", "ttl"), (configPath) =>
      checkConfig({ configPath }),
    );
    expect(check).toMatchObject({
      ok: true,
      summary: { policies: { frames: { ttl: 60, demote: true }, embeddings: { ttl: 60 } } },
    });
  });

  test("a byte order mark moves no column", async () => {
    expect(await linesIn("\uFEFFcashing: 1")).toContainEqual(expect.stringMatching(/^1:1 /));
  });

  test("lines may end in CR LF", async () => {
    const [problem] = await problemsIn(`${MEMORY}  enabeld: true\n`.replaceAll("\n", "\r\n"));
    expect(problem?.location).toEqual({
      line: 4,
      column: 3,
      length: 7,
      excerpt: "  enabeld: true",
    });
  });
});

describe("variables", () => {
  const text = (value: string): string =>
    `caching:\n  tiers:\n    memory: { backend: memory }\n  policies:\n    frames:\n      ttl: ${value}\n`;

  test.each([
    ["${TTL}", 60],
    ["${NONE:-90}", 90],
    ["${NONE:-null}", null],
    ["${HALF:-1.5}", 1.5],
  ])(
    "an unquoted value that is exactly one variable is read as YAML reads it: %s",
    async (value, ttl) => {
      const check = await withYaml(text(value), (configPath) =>
        checkConfig({ configPath, env: { TTL: "60" } }),
      );
      expect(check).toMatchObject({ ok: true, summary: { policies: { frames: { ttl } } } });
    },
  );

  test("a quoted one stays text", async () => {
    expect(await linesIn(text('"${TTL}"'), { env: { TTL: "60" } })).toEqual([
      expect.stringContaining('6:12 "ttl" must be a number, not text: take the quotes away'),
    ]);
  });

  test("an undefined one is a problem at its place, and the only one there", async () => {
    expect(await linesIn(text("${TTL}"))).toEqual([
      "6:12 The variable TTL is not set; set it or give a default: ${TTL:-default}",
    ]);
    const url =
      'caching: { tiers: { memory: { backend: memory, config: { "max_size_mb": "a${B}c" } } } }';
    expect(await linesIn(url)).toEqual([expect.stringMatching(/^1:75 The variable B is not set/)]);
  });

  test("what a variable holds is never shown", async () => {
    const [problem] = await problemsIn(text("${TTL}"), { env: { TTL: "s3cret" } });
    expect(problem?.message).toBe('"ttl" must be a number, not text');
    expect(JSON.stringify(problem)).not.toContain("s3cret");
  });

  test("a variable inside { } without quotes gets a hint", async () => {
    expect(await linesIn("caching: { enabled: ${ON} }")).toEqual([
      expect.stringContaining('Inside { } a variable stands in quotes: "${NAME}"'),
    ]);
  });
});

describe("checkConfig", () => {
  test("tells everything that is wrong at once, in the order of the file", async () => {
    const lines = await linesIn(
      "caching:\n  enabled: maybe\n  tiers:\n    cold: { backend: s3 }\n    hot: { backend: memory, config: { size: 1 } }\n  policies: { frames: { warm: true, ttl: ${TTL} } }\n".replace(
        "${TTL}",
        '"${TTL}"',
      ),
    );
    expect(lines.map((line) => line.split(" ")[0])).toEqual([
      "2:12",
      "4:5",
      "5:5",
      "5:39",
      "6:25",
      "6:43",
    ]);
  });

  test("an object has the same problems by their paths", async () => {
    // What plain JavaScript can pass and the types refuse.
    const config = { caching: { tiers: { memory: { backend: "memory", confg: {} } } } } as const;
    expect(await checkConfig({ config })).toEqual({
      ok: false,
      problems: [
        {
          code: "unknown_name",
          message: 'Unknown option "confg"; did you mean "config"?',
          path: "caching.tiers.memory.confg",
          suggestion: "config",
        },
      ],
    });
  });

  test("sums up what a right configuration comes to, without the backends' own options", async () => {
    const check = await checkConfig({
      config: {
        caching: {
          tiers: {
            hot: { backend: "fake", config: { password: "s3cret" } },
            far: { backend: "fake" },
          },
          default_policy: { ttl: 5, writes: "background" },
          policies: { frames: { far: false, ttl: null } },
          tenants: { acme: { policies: { frames: { demote: true } } } },
          key_types: [{ template: "thumbs/{id}", codec: "jpg" }],
        },
      },
      backends: { fake: fakeModule("fake") },
    });
    expect(check).toMatchObject({
      ok: true,
      summary: {
        enabled: true,
        tiers: [
          { name: "hot", backend: "fake" },
          { name: "far", backend: "fake" },
        ],
        policies: {
          default: { tiers: ["hot", "far"], ttl: 5 },
          frames: { tiers: ["hot"], ttl: null, writes: "background" },
          thumbs: { ttl: 5 },
        },
        tenants: { acme: { frames: { tiers: ["hot"], ttl: null, demote: true } } },
        keyTypes: [{ template: "thumbs/{id}", codec: "jpg", version: 1 }],
      },
    });
    expect(JSON.stringify(check)).not.toContain("s3cret");
    expect(JSON.parse(JSON.stringify(check))).toEqual(check);
  });

  test("a file that is not there is a problem too", async () => {
    const configPath = join(tmpdir(), "no-such-folder", "cache.yaml");
    const check = await checkConfig({ configPath });
    expect(check).toMatchObject({
      ok: false,
      problems: [{ code: "unreadable_file", file: configPath }],
    });
    const folder = await checkConfig({ configPath: tmpdir() });
    expect(folder).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringMatching(/^This is a folder/) }],
    });
  });
});
