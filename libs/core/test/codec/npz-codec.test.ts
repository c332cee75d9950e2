import { createHash } from "node:crypto";

import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";

import type { NdArray } from "../../src/codec/nd-array.ts";
import { createNpzCodec, npzCodec, type NdArrays } from "../../src/codec/npz-codec.ts";
import { failureOf } from "../support/failure-of.ts";
import { allBits, countingArray, dtypes, namedArrays } from "../support/nd-array-arbitrary.ts";

const deflated = createNpzCodec({ compression: "deflated" });
const forms = [
  ["stored", npzCodec],
  ["deflated", deflated],
] as const;

describe.each(forms)("%s", (_, codec) => {
  test("any arrays under any names come back bit by bit", async () => {
    await fc.assert(
      fc.asyncProperty(namedArrays, async (arrays) => {
        expect(allBits(await codec.decode(await codec.encode(arrays)))).toEqual(allBits(arrays));
      }),
    );
  });

  test("the same arrays give the same bytes, in whatever order they come", async () => {
    const [one, other] = [countingArray("f4", [3]), countingArray("i8", [2, 2])];
    const forth = await codec.encode({ one, other, "10": one });
    const back = await codec.encode({ "10": one, other, one });
    expect(Buffer.compare(forth, back)).toBe(0);
  });

  test("arrays may change once encode was called", async () => {
    const data = Float64Array.of(1, 2, 3);
    const pending = codec.encode({ a: { dtype: "f8", shape: [3], data } });
    data.fill(9);
    expect([...((await codec.decode(await pending))["a"]?.data ?? [])]).toEqual([1, 2, 3]);
  });

  test("no cut file decodes", async () => {
    const file = await codec.encode({
      a: countingArray("u2", [4]),
      "b/ü": countingArray("bool", [3]),
    });
    for (let length = 0; length < file.byteLength; length += 1) {
      expect(await failureOf(() => codec.decode(file.slice(0, length)))).toBe(
        "undecodable: malformed",
      );
    }
  });

  test("no flipped bit gives wrong arrays", async () => {
    const arrays = { a: countingArray("u2", [4]), "b/ü": countingArray("bool", [3]) };
    const file = await codec.encode(arrays);
    const wrong: number[] = [];
    for (let bit = 0; bit < file.byteLength * 8; bit += 1) {
      const damaged = Uint8Array.from(file);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      let decoded: Readonly<Record<string, NdArray>> = {};
      if ((await failureOf(async () => (decoded = await codec.decode(damaged)))) !== "none")
        continue;
      if (JSON.stringify(allBits(decoded)) !== JSON.stringify(allBits(arrays))) wrong.push(bit);
    }
    expect(wrong).toEqual([]);
  });
});

describe("memory", () => {
  test("stored members of every dtype are views over the input, aligned to 64 bytes of the file", async () => {
    const arrays = Object.fromEntries(
      dtypes.map((dtype, index) => [`${"n".repeat(index)}${dtype}`, countingArray(dtype, [5, 3])]),
    );
    const file = await npzCodec.encode(arrays);
    const decoded = await npzCodec.decode(file);
    for (const { data } of Object.values(decoded)) {
      expect(data.buffer).toBe(file.buffer);
      expect((data.byteOffset - file.byteOffset) % 64).toBe(0);
    }
    expect(npzCodec.settle?.(decoded)).toBe(0);
    expect(Object.isFrozen(decoded)).toBe(true);
  });

  test("a file at an odd place in memory is copied, and the copies are counted", async () => {
    const arrays = { a: countingArray("f8", [4]) };
    const file = await npzCodec.encode(arrays);
    const shifted = new Uint8Array(file.byteLength + 3);
    shifted.set(file, 3);
    const decoded = await npzCodec.decode(shifted.subarray(3));
    expect(allBits(decoded)).toEqual(allBits(arrays));
    expect(npzCodec.settle?.(decoded)).toBe(32);
  });

  test("small deflated members share no memory with anything else", async () => {
    const decoded = await deflated.decode(await deflated.encode({ a: countingArray("u1", [10]) }));
    expect(decoded["a"]?.data.buffer.byteLength).toBe(128 + 10);
    expect(deflated.settle?.(decoded)).toBe(128 + 10);
  });
});

describe("names", () => {
  test.each([
    ["a lone surrogate", "\ud800"],
    ["a NUL", "a\0b"],
    ["more than zip can hold", "n".repeat(65_532)],
  ])("%s is refused", async (_, name) => {
    expect(await failureOf(() => npzCodec.encode({ [name]: countingArray("u1", []) }))).toBe(
      "invalid_value",
    );
  });

  test("two that numpy cannot tell apart are refused", async () => {
    const array = countingArray("u1", []);
    expect(await failureOf(() => npzCodec.encode({ a: array, "a.npy": array }))).toBe(
      "invalid_value",
    );
  });

  test("the longest possible comes back", async () => {
    const name = "n".repeat(65_531);
    expect(
      Object.keys(
        await npzCodec.decode(await npzCodec.encode({ [name]: countingArray("u1", []) })),
      ),
    ).toEqual([name]);
  });
});

describe("limits", () => {
  const zeros: NdArray = { dtype: "u1", shape: [100_000], data: new Uint8Array(100_000) };

  test("deflated members beyond the limit are refused, writing and reading", async () => {
    const small = createNpzCodec({ compression: "deflated", maxInflatedBytes: 100_000 });
    expect(await failureOf(() => small.encode({ zeros }))).toBe("too_large");
    const bomb = await deflated.encode({ zeros });
    expect(bomb.byteLength).toBeLessThan(1000);
    expect(await failureOf(() => small.decode(bomb))).toBe("undecodable: limit");
  });

  test("stored members are no bombs: the limit does not touch them", async () => {
    const small = createNpzCodec({ maxInflatedBytes: 10 });
    expect(allBits(await small.decode(await small.encode({ zeros })))).toEqual(allBits({ zeros }));
  });
});

/** Bytes that files in caches everywhere have: if this fails, old caches miss. */
test("golden file", async () => {
  const file = await npzCodec.encode({
    v: { dtype: "f4", shape: [2], data: Float32Array.of(1, -2) },
  });
  expect(file.byteLength).toBe(64 + 128 + 8 + 51 + 22);
  expect(createHash("sha256").update(file).digest("hex")).toBe(
    "bb39d6e23ad0e8e3b9fdabdbf4c503f0a620efe74cdf8c105c0e6ae67eaa3a90",
  );
});

test.each([
  [
    { text: "x" },
    /^array "text": expected an array such as \{ dtype: "f4", shape: \[2, 3\], data: new Float32Array\(6\) \}, got string$/,
  ],
  [{ list: [1, 2] }, /got a list$/],
  [{ raw: new Float32Array(2) }, /got an object of Float32Array$/],
  [
    { dtype: "f4", shape: [1], data: new Float32Array(1) },
    /arrays by name, such as \{ vectors: \{ dtype: "f4"/,
  ],
  [new Float32Array(2), /arrays by name.+got an object of Float32Array$/],
  ["text", /arrays by name.+got string$/],
  [null, /arrays by name.+got null$/],
  [{ partial: { dtype: "f4" } }, /dtype f4 takes its data as Float32Array$/],
])("what is no array is refused with what would be one: %j", async (value, message) => {
  for (const compression of ["stored", "deflated"] as const)
    await expect(
      // As JavaScript callers can.
      createNpzCodec({ compression }).encode(value as unknown as NdArrays),
    ).rejects.toMatchObject({ code: "invalid_value", message: expect.stringMatching(message) });
});
