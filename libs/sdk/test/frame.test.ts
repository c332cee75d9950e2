import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import {
  decodeFrame,
  decodeFrameHeader,
  encodeFrame,
  FRAME_ALIGNMENT,
  FRAME_PREFIX_BYTES,
  FRAME_VERSION,
  joinFrame,
} from "@cogniverse/sdk/frame";
import * as fc from "fast-check";
import { entry } from "./arbitrary.ts";
import { goldenEntry } from "./golden-entry.ts";

const golden = readFileSync(new URL("golden/frame-v1.bin", import.meta.url));
const frame = joinFrame(goldenEntry);
const headerBytes = encodeFrame(goldenEntry)[0].byteLength;

function causeOf(bytes: Uint8Array): string {
  const decoded = decodeFrame(bytes);
  return decoded.ok ? "entry" : decoded.cause;
}

function flipped(bit: number): Uint8Array {
  const copy = frame.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe("frame", () => {
  test("an entry comes back as it was", () => {
    fc.assert(
      fc.property(entry, (original) => {
        const whole = joinFrame(original);
        const decoded = decodeFrame(whole);
        expect(decoded).toMatchObject({ ok: true, entry: original });
        const [header, payload] = encodeFrame(original);
        expect(payload).toBe(original.data);
        expect(Buffer.compare(whole, Buffer.concat([header, payload]))).toBe(0);
        expect(decodeFrameHeader(header)).toEqual({
          ok: true,
          metadata: original.metadata,
          headerBytes: header.byteLength,
          payloadBytes: original.data.byteLength,
        });
      }),
    );
  });

  test("the payload is a view at a multiple of 64, also of a frame inside a larger buffer", () => {
    fc.assert(
      fc.property(entry, fc.nat(7), (original, shift) => {
        const whole = joinFrame(original);
        const within = new Uint8Array(whole.byteLength + shift);
        within.set(whole, shift);
        const decoded = decodeFrame(within.subarray(shift));
        expect(decoded).toMatchObject({ ok: true, entry: original });
        expect(decoded.ok && decoded.entry.data.buffer).toBe(within.buffer);
        expect(decoded.ok && decoded.headerBytes % FRAME_ALIGNMENT).toBe(0);
      }),
    );
  });

  test("version 1 is these bytes, in both directions", () => {
    expect(FRAME_VERSION).toBe(1);
    expect(Buffer.compare(golden, frame)).toBe(0);
    expect(decodeFrame(golden)).toMatchObject({ ok: true, entry: goldenEntry });
  });

  test("no flipped bit of the header gives an entry", () => {
    for (let bit = 0; bit < headerBytes * 8; bit++) {
      const expected = bit < 32 ? "foreign" : bit < 40 ? "unsupported" : "corrupt";
      expect([bit, causeOf(flipped(bit))]).toEqual([bit, expected]);
    }
  });

  test("a flipped bit of the payload is the reader's to find: the metadata stays as it is", () => {
    for (const bit of [headerBytes * 8, frame.byteLength * 8 - 1])
      expect(decodeFrame(flipped(bit))).toMatchObject({
        ok: true,
        entry: { metadata: goldenEntry.metadata },
      });
  });

  test("a frame cut anywhere, or with a byte too many, is no entry", () => {
    for (let length = 0; length < frame.byteLength; length++)
      expect([length, causeOf(frame.subarray(0, length))]).toEqual([
        length,
        length < 4 ? "foreign" : "corrupt",
      ]);
    expect(causeOf(Buffer.concat([frame, Buffer.of(0)]))).toBe("corrupt");
  });

  test("the header alone tells the metadata while it is whole", () => {
    expect(decodeFrameHeader(frame.subarray(0, headerBytes))).toMatchObject({
      ok: true,
      payloadBytes: 100,
    });
    expect(decodeFrameHeader(frame.subarray(0, headerBytes - 1))).toEqual({
      ok: false,
      cause: "corrupt",
    });
  });

  test("lengths that lie are refused without memory for them", () => {
    const lie = frame.slice();
    const view = new DataView(lie.buffer);
    const before = process.memoryUsage().arrayBuffers;
    for (const bytes of [0, 1, 0x7fff_ffff, 0xffff_ffff]) {
      view.setUint32(8, bytes, true);
      expect(causeOf(lie)).toBe("corrupt");
    }
    view.setUint32(8, new DataView(frame.buffer).getUint32(8, true), true);
    view.setBigUint64(12, 2n ** 64n - 1n, true);
    expect(causeOf(lie)).toBe("corrupt");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  });

  test("other versions are told from damage, whatever else they hold", () => {
    for (const version of [0, 2, 255]) {
      const other = new Uint8Array(FRAME_PREFIX_BYTES).fill(0xaa);
      other.set([0x89, 0x43, 0x4f, 0x47, version]);
      expect(causeOf(other)).toBe("unsupported");
    }
  });

  test("bytes of others are foreign, and nothing throws", () => {
    for (const other of ["", "COG", "\u0089COG", "PK\u0003\u0004", "{}"])
      expect(causeOf(Buffer.from(other, "utf8"))).toBe("foreign");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, ours) => {
        if (ours) bytes.set([0x89, 0x43, 0x4f, 0x47, 1].slice(0, bytes.length));
        expect(causeOf(bytes)).not.toBe("entry");
      }),
    );
  });
});
