import { CacheError } from "@cogniverse/sdk";

/** The typed array that holds the elements of each dtype. */
export interface ElementsOf {
  /** Raw IEEE 754 binary16 bits, since Node 22 has no Float16Array: see `halfToNumber` and `numberToHalf`. */
  readonly f2: Uint16Array<ArrayBuffer>;
  readonly f4: Float32Array<ArrayBuffer>;
  readonly f8: Float64Array<ArrayBuffer>;
  readonly i1: Int8Array<ArrayBuffer>;
  readonly i2: Int16Array<ArrayBuffer>;
  readonly i4: Int32Array<ArrayBuffer>;
  readonly i8: BigInt64Array<ArrayBuffer>;
  readonly u1: Uint8Array<ArrayBuffer>;
  readonly u2: Uint16Array<ArrayBuffer>;
  readonly u4: Uint32Array<ArrayBuffer>;
  readonly u8: BigUint64Array<ArrayBuffer>;
  /** One byte an element, 0 or 1. */
  readonly bool: Uint8Array<ArrayBuffer>;
}

/** Element type by numpy's short name: kind and bytes an element (`f4` is float32, `u1` is uint8). */
export type DType = keyof ElementsOf;

/**
 * An n-dimensional array: `data` in C order (the last axis varies fastest), `shape` in elements an axis, `[]` for a single
 * value. `data.length` is the product of `shape`. A decoded array may be a view over the bytes it was decoded from: it then
 * keeps all of them alive, and writing to it changes them; copy `data` before changing it.
 */
export type NdArray<D extends DType = DType> = {
  [K in D]: Readonly<{ dtype: K; shape: readonly number[]; data: ElementsOf[K] }>;
}[D];

/** numpy 2 refuses arrays of more dimensions. */
const MAX_DIMENSIONS = 64;

/** How one dtype lies in memory. */
export interface DTypeLayout {
  readonly itemBytes: 1 | 2 | 4 | 8;
  /** Name of the typed array, as its `Symbol.toStringTag` says it: right across realms, where `instanceof` is not. */
  readonly elements: string;
  /** Takes `length` elements at `byteOffset`, which is a multiple of `itemBytes`, without copying. */
  readonly view: (
    shape: readonly number[],
    buffer: ArrayBuffer,
    byteOffset: number,
    length: number,
  ) => NdArray;
}

/** The layout of every dtype. */
export const dtypeLayouts: Readonly<Record<DType, DTypeLayout>> = {
  f2: {
    itemBytes: 2,
    elements: "Uint16Array",
    view: (shape, ...at) => ({ dtype: "f2", shape, data: new Uint16Array(...at) }),
  },
  f4: {
    itemBytes: 4,
    elements: "Float32Array",
    view: (shape, ...at) => ({ dtype: "f4", shape, data: new Float32Array(...at) }),
  },
  f8: {
    itemBytes: 8,
    elements: "Float64Array",
    view: (shape, ...at) => ({ dtype: "f8", shape, data: new Float64Array(...at) }),
  },
  i1: {
    itemBytes: 1,
    elements: "Int8Array",
    view: (shape, ...at) => ({ dtype: "i1", shape, data: new Int8Array(...at) }),
  },
  i2: {
    itemBytes: 2,
    elements: "Int16Array",
    view: (shape, ...at) => ({ dtype: "i2", shape, data: new Int16Array(...at) }),
  },
  i4: {
    itemBytes: 4,
    elements: "Int32Array",
    view: (shape, ...at) => ({ dtype: "i4", shape, data: new Int32Array(...at) }),
  },
  i8: {
    itemBytes: 8,
    elements: "BigInt64Array",
    view: (shape, ...at) => ({ dtype: "i8", shape, data: new BigInt64Array(...at) }),
  },
  u1: {
    itemBytes: 1,
    elements: "Uint8Array",
    view: (shape, ...at) => ({ dtype: "u1", shape, data: new Uint8Array(...at) }),
  },
  u2: {
    itemBytes: 2,
    elements: "Uint16Array",
    view: (shape, ...at) => ({ dtype: "u2", shape, data: new Uint16Array(...at) }),
  },
  u4: {
    itemBytes: 4,
    elements: "Uint32Array",
    view: (shape, ...at) => ({ dtype: "u4", shape, data: new Uint32Array(...at) }),
  },
  u8: {
    itemBytes: 8,
    elements: "BigUint64Array",
    view: (shape, ...at) => ({ dtype: "u8", shape, data: new BigUint64Array(...at) }),
  },
  bool: {
    itemBytes: 1,
    elements: "Uint8Array",
    view: (shape, ...at) => ({ dtype: "bool", shape, data: new Uint8Array(...at) }),
  },
};

/** True for the name of a supported element type. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(dtypeLayouts, name);
}

/** Elements of an array of this shape; undefined where the shape is none: too many axes, or sizes that are no exact integers. */
export function elementCount(shape: readonly number[]): number | undefined {
  if (
    shape.length > MAX_DIMENSIONS ||
    !shape.every((size) => Number.isSafeInteger(size) && size >= 0)
  )
    return undefined;
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** How an array is written, for messages. */
export const ND_ARRAY_EXAMPLE = '{ dtype: "f4", shape: [2, 3], data: new Float32Array(6) }';

/** Throws `invalid_value` for what the types cannot rule out: sizes that do not fit, or untyped callers. `name` says which array. */
export function assertNdArray(value: NdArray, name: string): void {
  const refuse = (problem: string): never => {
    throw new CacheError("invalid_value", `${name}: ${problem}`);
  };
  if (typeof value !== "object" || value === null || !("dtype" in value))
    refuse(`expected an array such as ${ND_ARRAY_EXAMPLE}, got ${kindOf(value)}`);
  const { dtype, shape, data } = value;
  if (!isDType(dtype))
    refuse(`dtype ${String(dtype)} is none of ${Object.keys(dtypeLayouts).join(", ")}`);
  const { elements } = dtypeLayouts[dtype];
  if (!ArrayBuffer.isView(data) || data[Symbol.toStringTag] !== elements)
    refuse(`dtype ${dtype} takes its data as ${elements}`);
  const count = Array.isArray(shape) ? elementCount(shape) : undefined;
  if (count === undefined) refuse(`shape must be at most ${MAX_DIMENSIONS} non-negative integers`);
  if (count !== data.length)
    refuse(`shape [${shape.join(", ")}] needs ${count} elements, data has ${data.length}`);
  if (dtype === "bool" && data.some((flag) => flag > 1)) refuse("bool data must be 0 or 1");
}

/** What a value is, without what it holds. */
export function kindOf(value: unknown): string {
  if (value === null || typeof value !== "object")
    return String(value === null ? null : typeof value);
  return Array.isArray(value) ? "a list" : `an object of ${value.constructor?.name ?? "no class"}`;
}
