/** What an option may be: for editors as JSON Schema, for the parser as a check, and in words. */
export type OptionKind = Readonly<{
  schema: Readonly<Record<string, unknown>>;
  fits: (value: unknown) => boolean;
  wanted: string;
}>;

/** A text that is not empty; `pattern`: of which form. */
export function text(wanted: string, pattern: RegExp = /\S/): OptionKind {
  return {
    schema: { type: "string", pattern: pattern.source },
    fits: (value) => typeof value === "string" && pattern.test(value),
    wanted,
  };
}

/** One of these texts. */
export function oneOf(values: readonly string[]): OptionKind {
  return {
    schema: { enum: values },
    fits: (value) => typeof value === "string" && values.includes(value),
    wanted: values.join(" or "),
  };
}

/** `true` or `false`. */
export function flag(byDefault?: boolean): OptionKind {
  return {
    schema: { type: "boolean", ...(byDefault === undefined ? {} : { default: byDefault }) },
    fits: (value) => typeof value === "boolean",
    wanted: "true or false",
  };
}

/** A whole number within these bounds. */
export function whole(minimum: number, maximum: number, byDefault?: number): OptionKind {
  const standard = byDefault === undefined ? {} : { default: byDefault };
  return {
    schema: { type: "integer", minimum, maximum, ...standard },
    fits: (value) => Number.isInteger(value) && within(value, minimum, maximum),
    wanted: `a whole number from ${minimum} to ${maximum}`,
  };
}

/** A number of seconds above 0. */
export function seconds(maximum: number, byDefault: number): OptionKind {
  return {
    schema: { type: "number", exclusiveMinimum: 0, maximum, default: byDefault },
    fits: (value) => within(value, Number.MIN_VALUE, maximum),
    wanted: `a number of seconds above 0, at most ${maximum}`,
  };
}

/** A number of seconds above 0, or `null` for ever. */
export function lifetime(): OptionKind {
  return {
    schema: { type: ["number", "null"], exclusiveMinimum: 0, default: null },
    fits: (value) => value === null || within(value, Number.MIN_VALUE, Number.MAX_VALUE),
    wanted: "a number of seconds above 0, or null",
  };
}

/** One of this kind for each name. */
export function byName(wanted: string, one: OptionKind): OptionKind {
  return {
    schema: { type: "object", additionalProperties: one.schema },
    fits: (value) => isRecord(value) && Object.values(value).every(one.fits),
    wanted,
  };
}

/** An object with these properties; those of `optional` may be missing. */
export function record(
  required: Readonly<Record<string, OptionKind>>,
  optional: Readonly<Record<string, OptionKind>> = {},
): OptionKind {
  const all = { ...required, ...optional };
  const names = Object.keys(required);
  return {
    schema: {
      type: "object",
      additionalProperties: false,
      required: names,
      properties: Object.fromEntries(Object.entries(all).map(([name, one]) => [name, one.schema])),
    },
    fits: (value) =>
      isRecord(value) &&
      names.every((name) => Object.hasOwn(value, name)) &&
      Object.entries(value).every(
        ([name, one]) => Object.hasOwn(all, name) && all[name]?.fits(one) === true,
      ),
    wanted: `{ ${Object.entries(all)
      .map(([name, one]) => `${name}: ${one.wanted}`)
      .join(", ")} }`,
  };
}

/** A list whose items are each of one of these kinds. */
export function listOf(kinds: readonly OptionKind[]): OptionKind {
  return {
    schema: { type: "array", items: { anyOf: kinds.map(({ schema }) => schema) } },
    fits: (value) =>
      Array.isArray(value) && value.every((item) => kinds.some(({ fits }) => fits(item))),
    wanted: `a list of ${kinds.map(({ wanted }) => wanted).join(" or ")}`,
  };
}

/** Whether it is an object that is no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function within(value: unknown, minimum: number, maximum: number): boolean {
  return (
    typeof value === "number" && Number.isFinite(value) && value >= minimum && value <= maximum
  );
}
