import { describe, expect, test } from "@jest/globals";
import { checkConfig } from "../../src/index.ts";
import { linesIn, problemsIn, withYaml } from "../support/check-yaml.ts";

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
      expect.stringMatching(
        /Inside \{ \} a variable stands in quotes: "\$\{NAME\}"; for a number.* on a line of its own/,
      ),
    ]);
  });
});
