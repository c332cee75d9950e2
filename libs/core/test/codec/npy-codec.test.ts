import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";

import type { NdArray } from "../../src/codec/nd-array.ts";
import { npyCodec } from "../../src/codec/npy-codec.ts";
import { decodeNpy } from "../../src/codec/npy-decode.ts";
import { encodeNpy } from "../../src/codec/npy-encode.ts";
import { failureOf } from "../support/failure-of.ts";
import { bits, countingArray, dtypes, ndArrays } from "../support/nd-array-arbitrary.ts";

/** An npy file around a header written by hand. */
function npyFile(header: string, data: Uint8Array, version = 1): Uint8Array<ArrayBuffer> {
  const text = Buffer.from(header, "latin1");
  const prefix = Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0]);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(text.length, 0, length.length);
  return new Uint8Array(Buffer.concat([prefix, length, text, data]));
}

const header = (descr: string, shape: string, fortran = "False"): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

describe("round trip", () => {
  test("any array of any dtype and shape comes back bit by bit, its data starting at a multiple of 64", () => {
    fc.assert(
      fc.property(ndArrays, (array) => {
        const file = encodeNpy(array);
        expect((file.byteLength - array.data.byteLength) % 64).toBe(0);
        expect(bits(decodeNpy(file))).toEqual(bits(array));
      }),
    );
  });

  test("64 axes are the most, written and read", async () => {
    const most = countingArray("u1", Array<number>(64).fill(1));
    expect(bits(decodeNpy(encodeNpy(most)))).toEqual(bits(most));
    const more = { ...most, shape: [...most.shape, 1] };
    expect(await failureOf(() => encodeNpy(more))).toBe("invalid_value");
    expect(
      await failureOf(() =>
        decodeNpy(npyFile(header("'|u1'", `(${"1, ".repeat(65)})`), Uint8Array.of(1))),
      ),
    ).toBe("undecodable: malformed");
  });

  test("the file is what numpy.save wrote for the same array", () => {
    const array: NdArray = { dtype: "f4", shape: [2, 1], data: Float32Array.of(1, -2) };
    const dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
    const expected = npyFile(
      `${dictionary}${" ".repeat(117 - dictionary.length)}\n`,
      Buffer.from("0000803f000000c0", "hex"),
    );
    expect(Buffer.from(encodeNpy(array)).toString("latin1")).toBe(
      Buffer.from(expected).toString("latin1"),
    );
  });
});

describe("memory", () => {
  test.each(dtypes)(
    "%s: an aligned little-endian file in C order is viewed, an unaligned one copied",
    (dtype) => {
      const array = countingArray(dtype, [3, 2]);
      const file = encodeNpy(array);
      expect(decodeNpy(file).data.buffer).toBe(file.buffer);
      const shifted = new Uint8Array(file.byteLength + 1);
      shifted.set(file, 1);
      const decoded = decodeNpy(shifted.subarray(1));
      expect(bits(decoded)).toEqual(bits(array));
      expect(decoded.data.buffer === shifted.buffer).toBe(array.data.BYTES_PER_ELEMENT === 1);
    },
  );

  test("memory shared between threads is copied", () => {
    const file = encodeNpy(countingArray("i4", [4]));
    const shared = new Uint8Array(new SharedArrayBuffer(file.byteLength));
    shared.set(file);
    expect(decodeNpy(shared).data.buffer[Symbol.toStringTag]).toBe("ArrayBuffer");
  });

  test("settling freezes dtype and shape, and counts memory beside the encoded bytes", async () => {
    const array = countingArray("f8", [4]);
    expect(npyCodec.settle?.(array)).toBe(32);
    expect(Object.isFrozen(array) && Object.isFrozen(array.shape)).toBe(true);
    const viewed = await npyCodec.decode(await npyCodec.encode(array));
    expect(npyCodec.settle?.(viewed)).toBe(0);
  });
});

describe("what others write", () => {
  const bigEndian = Buffer.from("0001000200030004", "hex");

  test.each([1, 2, 3])("format version %d", (version) => {
    expect(decodeNpy(npyFile(header("'>u2'", "(2, 2)"), bigEndian, version))).toEqual({
      dtype: "u2",
      shape: [2, 2],
      data: Uint16Array.of(1, 2, 3, 4),
    });
  });

  test("Fortran order becomes C order", () => {
    const file = npyFile(header("'>u2'", "(2, 2)", "True"), bigEndian);
    expect(decodeNpy(file)).toEqual({
      dtype: "u2",
      shape: [2, 2],
      data: Uint16Array.of(1, 3, 2, 4),
    });
  });

  test("keys in any order, double quotes, Python 2 integers", () => {
    const file = npyFile(`{"shape": (2L, 2L), "descr": ">u2", "fortran_order": False}`, bigEndian);
    expect([...decodeNpy(file).data]).toEqual([1, 2, 3, 4]);
  });

  test("a bool of any other byte than 0 and 1 is true", () => {
    expect([...decodeNpy(npyFile(header("'|b1'", "(3,)"), Uint8Array.of(0, 2, 255))).data]).toEqual(
      [0, 1, 1],
    );
  });
});

describe("refused, before anything is allocated", () => {
  const eight = new Uint8Array(8);
  const unsupported = [
    "'|O'",
    "'<c8'",
    "'<U2'",
    "'|S8'",
    "'<M8[ns]'",
    "'<f16'",
    "'|V8'",
    "[('x', '<f8')]",
    "'<i3'",
    "'f8'",
    "'=f8'",
  ];

  test.each(unsupported)("dtype %s is unsupported", async (descr) => {
    expect(await failureOf(() => decodeNpy(npyFile(header(descr, "(1,)"), eight)))).toBe(
      "undecodable: unsupported",
    );
  });

  test("an object array's error says why", () => {
    expect(() => decodeNpy(npyFile(header("'|O'", "(1,)"), eight))).toThrow(
      "object arrays are pickles",
    );
  });

  test.each([
    "(2,)",
    "(0,)",
    "(1, 0)",
    "(9007199254740991,)",
    "(9007199254740993,)",
    "(4294967296, 4294967296)",
    "(2305843009213693953, 8)",
    "(-1,)",
    "(1)",
    "(1.0,)",
    "1",
    "[1]",
    "(True,)",
    "(1,,)",
    "(,)",
    "(1, 2",
  ])("shape %s", async (shape) => {
    expect(await failureOf(() => decodeNpy(npyFile(header("'<f8'", shape), eight)))).toBe(
      "undecodable: malformed",
    );
  });

  test.each([
    "",
    "{}",
    "{'descr': '<f8', 'shape': (1,)}",
    "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': ''}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} print('hi')",
    "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '|f8', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': True, 'fortran_order': False, 'shape': (1,)}",
  ])("header %s", async (text) => {
    expect(await failureOf(() => decodeNpy(npyFile(text, eight)))).toBe("undecodable: malformed");
  });

  test("every cut, and bytes after the end", async () => {
    const file = encodeNpy(countingArray("i2", [3, 3]));
    for (let length = 0; length < file.byteLength; length += 1) {
      expect(await failureOf(() => decodeNpy(file.slice(0, length)))).toBe(
        "undecodable: malformed",
      );
    }
    expect(await failureOf(() => decodeNpy(Uint8Array.from([...file, 0])))).toBe(
      "undecodable: malformed",
    );
  });

  test("an unknown version", async () => {
    const file = encodeNpy(countingArray("u1", []));
    file[6] = 4;
    expect(await failureOf(() => decodeNpy(file))).toBe("undecodable: unsupported");
  });

  test("a header length beyond the file", async () => {
    const file = npyFile(header("'<f8'", "(1,)"), eight, 2);
    file.fill(0xff, 8, 12);
    expect(await failureOf(() => decodeNpy(file))).toBe("undecodable: malformed");
  });
});

describe("values that do not fit together are refused", () => {
  const array = countingArray("f4", [2, 2]);
  test.each<[string, unknown]>([
    ["wrong count", { ...array, shape: [2, 3] }],
    ["negative size", { ...array, shape: [-2, -2] }],
    ["fraction", { ...array, shape: [0.5, 8] }],
    ["no shape", { ...array, shape: undefined }],
    ["wrong elements", { ...array, dtype: "f8" }],
    ["plain numbers", { ...array, data: [1, 2, 3, 4] }],
    ["unknown dtype", { ...array, dtype: "constructor" }],
    ["bool of 2", { dtype: "bool", shape: [1], data: Uint8Array.of(2) }],
  ])("%s", async (_, value) => {
    // Untyped callers can do what the types forbid.
    expect(await failureOf(() => encodeNpy(value as NdArray))).toBe("invalid_value");
  });
});
