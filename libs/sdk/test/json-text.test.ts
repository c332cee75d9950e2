import { describe, expect, test } from "@jest/globals";
import { parseJson } from "@cogniverse/sdk";
import * as fc from "fast-check";

/** Makes native `JSON.parse` take later names for those of these objects. */
function poison(): void {
  JSON.parse('{"h":[],"\\\\":0}');
  JSON.parse('{"\\\\":0}');
}

/** Names of little but what JSON must escape, so that they share their beginnings. */
const oddName = fc.string({
  unit: fc.constantFrom('"', "\\", "\n", "\u0000", "\u001f", "u", "a", ":", "\ud800"),
  maxLength: 3,
});
// JSON.stringify has no -0.
const oddNumber = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((number) => (number === 0 ? 0 : number));
const { value: oddValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(oddName, oddNumber, fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc
      .array(fc.tuple(oddName, tie("value")), { maxLength: 4 })
      .map((pairs) => Object.fromEntries(pairs)),
  ),
}));

/** Another text of such a value: blanks between all, and every name with an escaped "a" before it. */
function spread(text: string): string {
  return text.replaceAll(
    /"((?:[^"\\]|\\.)*)"(:?)|[{}[\],]/gs,
    (token, inner: string | undefined, colon) =>
      colon === ":" ? `\t"\\u0061${inner}" \r\n: ` : ` ${token}\n`,
  );
}

/** The value of that text. */
function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [`a${name}`, renamed(part)]),
  );
}

/** As text: compares order of names, -0 and own `__proto__` too. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => (Object.is(part, -0) ? "-0" : part));
}

describe("a JSON text", () => {
  test("has the names that were written, where V8 would take one for an earlier object's", () => {
    poison();
    expect(Object.entries(parseJson('{"h":1,"\\"":2}') as object)).toEqual([
      ["h", 1],
      ['"', 2],
    ]);
  });

  test("comes back as the value that was written, whatever its names are", () => {
    fc.assert(
      fc.property(oddValue, (value) => {
        poison();
        expect(shown(parseJson(JSON.stringify(value)))).toBe(shown(value));
        expect(shown(parseJson(spread(JSON.stringify(value))))).toBe(shown(renamed(value)));
      }),
      { numRuns: 5000 },
    );
  });

  test("is what JSON.parse makes of it where no name has an escape", () => {
    const name = fc.stringMatching(/^[\w :,{}é]*$/);
    const some = fc.object({ key: name, maxDepth: 4, withNullPrototype: false });
    fc.assert(
      fc.property(some, (value) => {
        const text = JSON.stringify(value);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  // Own names, as JSON has them.
  const own = (...pairs: readonly (readonly [string, unknown])[]) => Object.fromEntries(pairs);

  test.each<readonly [string, unknown]>([
    ['{"\\u0061":1,"b":2,"a":3}', own(["a", 3], ["b", 2])],
    ['{"\\u005f_proto__":{"x":1},"__proto__":{"y":2}}', own(["__proto__", { y: 2 }])],
    [
      '{"\\"":[-0,1e999,-1.5E-3,0,true,false,null,""],"2":0,"1":[],"":{}}',
      own(["1", []], ["2", 0], ['"', [-0, Infinity, -0.0015, 0, true, false, null, ""]], ["", {}]),
    ],
    [' { "\\\\" : "\\\\" , "x\\"" : [ ] } ', own(["\\", "\\"], ['x"', []])],
    ['["\\":", {"a\\\\\\"": "\\ud83d\\ude00\\ud800"}]', ['":', own(['a\\"', "😀\ud800"])]],
    ['"\\":"', '":'],
  ])("with duplicates, blanks, odd numbers: %s", (text, value) => {
    const parsed = parseJson(text);
    expect(shown(parsed)).toBe(shown(value));
    expect(parsed).toEqual(value);
    expect(Object.getPrototypeOf(parsed)).toBe(Object.getPrototypeOf(value));
  });

  test.each(["", "{", '{"\\"":}', '{"\\"":1,}', '{"\\"":01}', "[NaN]", '{"\\"":1} 2', '{"\\x":1}'])(
    "that is none is refused as JSON.parse does: %s",
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    },
  );

  test("may be nested 100,000 deep", () => {
    const deep = 100_000;
    const text = `${'{"\\"":['.repeat(deep)}1${"]}".repeat(deep)}`;
    let value = parseJson(text);
    let levels = 0;
    for (; typeof value === "object" && value !== null; levels++)
      value = Array.isArray(value) ? value[0] : Object.values(value)[0];
    expect([levels, value]).toEqual([2 * deep, 1]);
  });

  test("is read in linear time, however many escapes it has", () => {
    const many = '\\\\\\"'.repeat(500_000);
    expect(parseJson(`{"${many}":"${many}"}`)).toEqual({
      [JSON.parse(`"${many}"`)]: JSON.parse(`"${many}"`),
    });
  });
});
