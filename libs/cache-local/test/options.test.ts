import { expect, test } from "@jest/globals";
import { backendModule } from "../src/index.ts";

test("the defaults need base_path alone", () => {
  const options = { base_path: "/var/cache/x" };
  expect(backendModule.parse(options)).toEqual({ ok: true, options });
  expect(backendModule.name).toBe("local");
});

test("everything that is wrong is reported at once", () => {
  const parsed = backendModule.parse({
    max_size_gb: 0,
    min_free_gb: -1,
    cleanup_interval: "1h",
    default_ttl: 0,
    inline_max_bytes: 1.5,
    max_size: 3,
  });
  if (parsed.ok) throw new Error("accepted");
  expect(parsed.problems.map(({ path }) => path.join("."))).toEqual([
    "max_size_gb",
    "min_free_gb",
    "cleanup_interval",
    "default_ttl",
    "inline_max_bytes",
    "max_size",
    "",
  ]);
  expect(parsed.problems[5]?.expected).toContain("max_size_gb");
});

test.each([undefined, null, 3, "x", []])("%j is no configuration, and does not throw", (config) => {
  expect(backendModule.parse(config)).toMatchObject({ ok: false });
});

test("the schema knows the options that the parser knows", () => {
  const { properties } = backendModule.jsonSchema;
  const parsed = backendModule.parse({ base_path: "x", nothing: 1 });
  expect(parsed).toMatchObject({
    problems: [{ expected: Object.keys(properties ?? {}) }],
  });
});
