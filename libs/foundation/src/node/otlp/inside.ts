/** A field that a library keeps to itself. `undefined` where there is none, as in a version that is built otherwise. */
export function inside(value: unknown, field: string): unknown {
  return isObject(value) ? Reflect.get(value, field) : undefined;
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
