import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { jsonCodec, type Json, type ValueSchema } from "@cogniverse/core";
import { walkJson } from "../../src/codec/walk-json.ts";
import { failureOf } from "../support/failure-of.ts";

const codec = jsonCodec<unknown>();
const text = new TextDecoder();

/** JSON values with -0, odd names, shared parts and lone surrogates. */
const anyJson = fc.jsonValue({ maxDepth: 6, stringUnit: "binary", noUnicodeString: false });

function allFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(allFrozen);
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { in: value };
  return value;
}

describe("jsonCodec", () => {
  test("whatever it takes comes back the same, -0 included, frozen on both sides", async () => {
    await fc.assert(
      fc.asyncProperty(anyJson, async (value) => {
        codec.settle?.(value);
        const bytes = await codec.encode(value);
        expect(text.decode(bytes).isWellFormed()).toBe(true);
        const back = await codec.decode(bytes);
        codec.settle?.(back);
        // toStrictEqual tells 0 from -0.
        expect(back).toStrictEqual(value);
        expect([allFrozen(value), allFrozen(back)]).toEqual([true, true]);
      }),
    );
  });

  test.each([
    ["-0", -0, "-0"],
    ["-0 inside", { a: [0, -0] }, '{"a":[0,-0]}'],
    ["a name that is __proto__", JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
    ["no prototype", Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    ["a property that is undefined", { a: undefined, b: 1 }, '{"b":1}'],
    ["null", null, "null"],
  ])("writes %s", async (_name, value: unknown, expected) => {
    expect(text.decode(await codec.encode(value))).toBe(expected);
  });

  class Point {
    readonly x = 1;
  }
  test.each<[string, unknown]>([
    ["The value is undefined", undefined],
    ["The value at a is a Date", { a: new Date(0) }],
    ["The value at a.b[1].c is a Map", { a: { b: [0, { c: new Map() }] } }],
    ["The value at [0] is a Point", [new Point()]],
    ["The value at n is NaN", { n: Number.NaN }],
    ["The value at n is Infinity", { n: Infinity }],
    ["The value at [1] is a bigint", [1, 2n]],
    ["The value at f is a function", { f: () => 1 }],
    ["The value at s is a symbol", { s: Symbol("s") }],
    ["The value at [1] is a hole or undefined in an array", [1, undefined, 2]],
    // The hole is the point.
    // oxlint-disable-next-line no-sparse-arrays
    ["The value at [0] is a hole or undefined in an array", [, 1]],
    ["The value at bytes is a Uint8Array", { bytes: new Uint8Array(3) }],
    ["The value at j is an object with toJSON", { j: { toJSON: () => 1 } }],
    ["The value at o is an object with a symbol for a name", { o: { [Symbol.iterator]: 1 } }],
  ])("%s: refused, and nothing of it frozen", async (message, value) => {
    expect(() => codec.settle?.(value)).toThrow(message);
    expect(await failureOf(() => codec.encode(value))).toBe("invalid_value");
    const isObject = typeof value === "object" && value !== null;
    expect(isObject && Object.isFrozen(value)).toBe(false);
  });

  test("a part that holds itself is refused by its place, one that is there twice is not", async () => {
    const ring: { name: string; next?: unknown } = { name: "ring" };
    ring.next = [ring];
    expect(() => codec.settle?.(ring)).toThrow("The value at next[0] is one that holds itself");
    const shared = { n: 1 };
    expect(text.decode(await codec.encode([shared, shared]))).toBe('[{"n":1},{"n":1}]');
  });

  test("nesting of 100,000 levels is a typed refusal, both ways, and 1,000 levels are not", async () => {
    expect(await failureOf(() => codec.encode(nested(100_000)))).toBe("invalid_value");
    const deep = `${"[".repeat(100_000)}1${"]".repeat(100_000)}`;
    const decoded = await codec.decode(new TextEncoder().encode(deep));
    expect(codec.settle?.(decoded)).toBeGreaterThan(100_000);
    const fits = nested(1000);
    expect(await codec.decode(await codec.encode(fits))).toEqual(fits);
  });

  test("a million numbers and a hundred thousand objects take time in proportion, and a second look none", () => {
    const large = (n: number): unknown => [
      Array.from({ length: 10 * n }, (_, i) => i / 3),
      Array.from({ length: n }, (_, i) => ({ id: i, text: `item ${i}` })),
    ];
    const timed = (value: unknown): number => {
      const begun = performance.now();
      codec.settle?.(value);
      return performance.now() - begun;
    };
    const whole = large(100_000);
    const tenth = Math.min(timed(large(10_000)), timed(large(10_000)));
    expect(timed(whole)).toBeLessThan(10 * (10 * tenth + 100));
    expect(timed(whole)).toBeLessThan(20);
  });

  test("what is told to take on the heap is near what it takes", () => {
    const { heapBytes } = walkJson(["abc", 1, 1.5, { a: "é", b: "中" }]);
    expect(heapBytes).toBeGreaterThan(150);
    expect(heapBytes).toBeLessThan(400);
  });

  test("bytes that are no UTF-8 or no JSON are refused", () => {
    expect(() => codec.decode(new Uint8Array([0xff]))).toThrow("utf-8");
    expect(() => codec.decode(new TextEncoder().encode("{"))).toThrow("JSON");
  });
});

describe("with a schema", () => {
  const positive = <T = number>(validate: (value: unknown) => unknown): ValueSchema<T> => ({
    // What a schema library's validate answers.
    "~standard": { version: 1, vendor: "test", validate: validate as never },
  });
  const answers = {
    "at once": (value: unknown) =>
      Number(value) > 0 ? { value } : { issues: [{ message: "not positive" }] },
    later: async (value: unknown) => answers["at once"](value),
  };

  test.each(Object.entries(answers))(
    "what is read back is validated %s",
    async (_name, validate) => {
      const checked = jsonCodec(positive(validate));
      expect(await checked.decode(await checked.encode(5))).toBe(5);
      const refused = (async () => checked.decode(new TextEncoder().encode("-5")))();
      await expect(refused).rejects.toMatchObject({
        code: "undecodable",
        message: expect.stringContaining("not positive"),
      });
    },
  );

  test("it may change what it reads", async () => {
    const doubled = jsonCodec<Json>(positive((value) => ({ value: Number(value) * 2 })));
    expect(await doubled.decode(await doubled.encode(4))).toBe(8);
  });
});
