import { NpyFormatError } from "./npy-error.ts";

/** Record signatures of the zip format (PKWARE APPNOTE 6.3, section 4.3). */
export const SIGNATURE = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  end64Locator: 0x07064b50,
} as const;

/** Lengths of the fixed parts of those records, in bytes. */
export const RECORD_BYTES = {
  local: 30,
  central: 46,
  end: 22,
  end64: 56,
  end64Locator: 20,
} as const;

/** A 16 or 32 bit field with this value says that the true one stands in a zip64 record. */
export const IN_ZIP64 = { u16: 0xffff, u32: 0xffffffff } as const;

/** Extra field that carries the 64 bit sizes. */
export const ZIP64_EXTRA = 0x0001;

/** Extra field that only pads, known from Android's zipalign: 16 bits of alignment, then zeros. */
export const ALIGNMENT_EXTRA = 0xd935;

/** How a member's bytes lie in the file. */
export const METHOD = { stored: 0, deflated: 8 } as const;

/** Bit of the flags that says that a name is UTF-8; without it only ASCII is unambiguous. */
export const UTF8_NAME = 0x0800;

/** Little-endian fields of a zip file; reading past its end throws NpyFormatError `malformed`. */
export class ZipFields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(at: number): number {
    return this.#view.getUint16(this.#within(at, 2), true);
  }

  u32(at: number): number {
    return this.#view.getUint32(this.#within(at, 4), true);
  }

  /** Sizes above 2^53 are lies about any file that fits in memory. */
  u64(at: number): number {
    const value = this.#view.getBigUint64(this.#within(at, 8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformedZip("a size beyond any file");
    return Number(value);
  }

  slice(at: number, length: number): Uint8Array {
    return this.bytes.subarray(this.#within(at, length), at + length);
  }

  #within(at: number, length: number): number {
    if (at < 0 || at + length > this.bytes.byteLength)
      throw malformedZip("a record reaches past the end");
    return at;
  }
}

/** The error for a zip file that breaks its format. */
export function malformedZip(message: string, cause?: unknown): NpyFormatError {
  return new NpyFormatError("malformed", `not a sound npz file: ${message}`, { cause });
}
