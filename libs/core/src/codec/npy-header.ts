import { dtypeLayouts, isDType, type DType, type NdArray } from "./nd-array.ts";
import { NpyFormatError } from "./npy-error.ts";
import { parseHeaderLiteral } from "./npy-header-literal.ts";

/** What comes before the elements. `dataOffset` counts bytes from the start of the file. */
export type NpyHeader = Readonly<{
  dtype: DType;
  byteOrder: "little" | "big";
  fortranOrder: boolean;
  shape: readonly number[];
  dataOffset: number;
}>;

/** Elements start at a multiple of this, as numpy's do: enough for a memory map and for every typed array. */
export const NPY_ALIGNMENT = 64;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** numpy leaves room for the first axis to grow to this many digits in place. */
const GROWTH_DIGITS = 21;
const DESCR = /^([<>|])([biuf]\d+)$/;

/** Reads format versions 1, 2 and 3. Throws NpyFormatError; object arrays, which are pickles, are refused unread. */
export function parseNpyHeader(data: Uint8Array): NpyHeader {
  if (data.byteLength < 10 || !MAGIC.every((byte, at) => data[at] === byte))
    throw malformed("not an npy file");
  const [major, minor] = [data[6], data[7]];
  if (minor !== 0 || (major !== 1 && major !== 2 && major !== 3)) {
    throw new NpyFormatError("unsupported", `npy version ${major}.${minor}`);
  }
  const prefixBytes = major === 1 ? 10 : 12;
  if (data.byteLength < prefixBytes) throw malformed("npy file cut in its header");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const dataOffset =
    prefixBytes + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataOffset > data.byteLength) throw malformed("npy file cut in its header");
  // latin1 for version 3 too: only the field names of structured arrays, which are refused, differ in UTF-8.
  const { descr, fortranOrder, shape } = parseHeaderLiteral(
    latin1(data.subarray(prefixBytes, dataOffset)),
  );
  return { ...parseDescr(descr), fortranOrder, shape, dataOffset };
}

/**
 * The bytes that `numpy.save` puts before the elements of this array, format version 1, little endian, C order. Version 1
 * always suffices: with at most 64 axes no header comes near its limit of 64 KiB.
 */
export function npyHeaderBytes({
  dtype,
  shape,
}: Pick<NdArray, "dtype" | "shape">): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '${descrOf(dtype)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const growth = shape.length > 0 ? GROWTH_DIGITS - String(shape[0]).length : 0;
  const usedBytes = MAGIC.length + 4 + dictionary.length + growth + 1;
  const totalBytes = (Math.floor(usedBytes / NPY_ALIGNMENT) + 1) * NPY_ALIGNMENT;
  const header = new Uint8Array(totalBytes).fill(0x20);
  const headerBytes = totalBytes - MAGIC.length - 4;
  header.set([...MAGIC, 1, 0, headerBytes & 0xff, headerBytes >> 8]);
  header.set(new TextEncoder().encode(dictionary), MAGIC.length + 4);
  header[totalBytes - 1] = 0x0a;
  return header;
}

function descrOf(dtype: DType): string {
  const kind = dtype === "bool" ? "b1" : dtype;
  return `${dtypeLayouts[dtype].itemBytes === 1 ? "|" : "<"}${kind}`;
}

function parseDescr(descr: string | undefined): Pick<NpyHeader, "dtype" | "byteOrder"> {
  const [, order, kind = ""] = DESCR.exec(descr ?? "") ?? [];
  const dtype = kind === "b1" ? "bool" : kind;
  if (!isDType(dtype)) throw unsupported(descr);
  // "not applicable" is meant for single bytes only; for more, the reader's own order would be a guess.
  if (order === "|" && dtypeLayouts[dtype].itemBytes > 1)
    throw malformed(`npy dtype ${descr} without a byte order`);
  return { dtype, byteOrder: order === ">" ? "big" : "little" };
}

function unsupported(descr: string | undefined): NpyFormatError {
  const what = descr === undefined ? "a structured dtype" : `dtype '${descr.slice(0, 40)}'`;
  const why = descr?.includes("O") ? " (object arrays are pickles, which run code when read)" : "";
  return new NpyFormatError(
    "unsupported",
    `npy of ${what}${why}; read are ${Object.keys(dtypeLayouts).join(", ")}`,
  );
}

function malformed(message: string): NpyFormatError {
  return new NpyFormatError("malformed", message);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
