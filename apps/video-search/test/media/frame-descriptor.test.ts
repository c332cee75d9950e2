import { expect, test } from "@jest/globals";
import {
  describeFrame,
  DESCRIPTOR_HEIGHT,
  DESCRIPTOR_WIDTH,
  frameDifference,
} from "../../src/media/frame-descriptor.ts";

const BYTES = DESCRIPTOR_WIDTH * DESCRIPTOR_HEIGHT * 3;
const grey = (level: number): Uint8Array => new Uint8Array(BYTES).fill(level);

test("is 0 for the same picture, 1 for black against white, symmetric between", () => {
  const black = describeFrame(grey(0));
  const white = describeFrame(grey(255));
  const dark = describeFrame(grey(40));
  expect(frameDifference(black, black)).toBe(0);
  expect(frameDifference(black, white)).toBeCloseTo(1, 5);
  expect(frameDifference(black, dark)).toBeLessThan(0.2);
  expect(frameDifference(dark, white)).toBe(frameDifference(white, dark));
});

test("sees that something moved, although the colours are the same", () => {
  const left = grey(0).fill(255, 0, BYTES / 2);
  const right = grey(0).fill(255, BYTES / 2);
  const difference = frameDifference(describeFrame(left), describeFrame(right));
  expect(difference).toBeCloseTo(0.5, 1);
});

test("refuses a picture of another size", () => {
  expect(() => describeFrame(new Uint8Array(12))).toThrow(RangeError);
});
