import { expect, test } from "@jest/globals";
import { decodeReport, encodeReport, REPORT_BYTES, SEAT_BYTES } from "../../src/log/seat-form.ts";

const session = Uint8Array.from({ length: 16 }, (_, n) => n + 1);

function report(position: number, reads: number): Buffer {
  const seat = Buffer.alloc(SEAT_BYTES);
  encodeReport({ session, position, reads }, seat);
  return seat;
}

test("a report, byte for byte", () => {
  const bytes = report(3, 2).subarray(0, REPORT_BYTES).toString("hex");
  expect(bytes).toBe("0102030405060708090a0b0c0d0e0f1000000000000008400000000000000040c51a8fd8");
  expect(decodeReport(report(3, 2), session)).toEqual({ session, position: 3, reads: 2 });
});

test("of bytes of two reports, in any pieces, no third position is read", () => {
  // Its exponent and its mantissa change, so that a piece of each is a greater number than both.
  const [before, after] = [report(65_535, 900), report(65_536, 901)];
  const found: unknown[] = [];
  for (let from = 0; from <= REPORT_BYTES; from++)
    for (let to = from; to <= REPORT_BYTES; to++)
      for (const [one, other] of [
        [before, after],
        [after, before],
      ] as const) {
        const torn = Buffer.from(one);
        other.copy(torn, from, from, to);
        found.push(decodeReport(torn, session)?.position);
      }
  expect(new Set(found)).toEqual(new Set([65_535, 65_536, undefined]));
});

test("a flipped bit, a cut and another's session are no report", () => {
  for (let bit = 0; bit < REPORT_BYTES * 8; bit++) {
    const damaged = report(7, 1);
    const at = bit >> 3;
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (bit & 7));
    expect(decodeReport(damaged, session)).toBeUndefined();
  }
  expect(decodeReport(report(7, 1).subarray(0, REPORT_BYTES - 1), session)).toBeUndefined();
  expect(decodeReport(report(7, 1), new Uint8Array(16))).toBeUndefined();
});
