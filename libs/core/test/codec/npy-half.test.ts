import { expect, test } from "@jest/globals";
import * as fc from "fast-check";

import {
  halfToNumber,
  halvesToFloat32,
  numbersToHalves,
  numberToHalf,
} from "../../src/codec/npy-half.ts";

test("every half but the NaNs comes back as the same bits", () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 0x10000; bits += 1) {
    const value = halfToNumber(bits);
    const expected = Number.isNaN(value) ? 0x7e00 : bits;
    if (numberToHalf(value) !== expected) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x0001, 2 ** -24],
  [0x0400, 2 ** -14],
  [0x7bff, 65504],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
])("half 0x%s stands for %s", (bits, value) => {
  expect(halfToNumber(bits)).toBe(value);
  expect(numberToHalf(value)).toBe(bits);
});

test("any number rounds to the nearest half, ties to even", () => {
  fc.assert(
    fc.property(fc.double({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const bits = numberToHalf(value);
      const size = bits & 0x7fff;
      const distance = (other: number): number => Math.abs(Math.abs(value) - halfToNumber(other));
      for (const other of [size - 1, size + 1]) {
        if (other < 0 || other > 0x7bff) continue;
        expect(distance(size)).toBeLessThanOrEqual(distance(other));
        const odd = size % 2 === 1;
        expect(odd && distance(size) === distance(other)).toBe(false);
      }
    }),
  );
  expect(numberToHalf(1 + 2 ** -11)).toBe(0x3c00);
  // Just above a tie that float32 cannot tell from the tie itself.
  expect(numberToHalf(1 + 2 ** -11 + 2 ** -40)).toBe(0x3c01);
  expect(numberToHalf(65519.99)).toBe(0x7bff);
  expect(numberToHalf(65520)).toBe(0x7c00);
});

test("arrays convert element by element", () => {
  const halves = numbersToHalves([0.5, -1.25, 1e6]);
  expect([...halves]).toEqual([0x3800, 0xbd00, 0x7c00]);
  expect([...halvesToFloat32(halves)]).toEqual([0.5, -1.25, Infinity]);
});
