import { describe, expect, test } from "@jest/globals";
import { hash } from "node:crypto";
import { crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import * as fc from "fast-check";
import {
  bytesCodec,
  checksum,
  fitsChecksum,
  jpgCodec,
  jsonCodec,
  npzCodec,
} from "@cogniverse/core";
import { compress, decompress } from "../../src/codec/compression.ts";
import { contentDigest } from "../../src/codec/digest.ts";
import { decodeValue, encodeValue, type EncodedValue } from "../../src/codec/stored-value.ts";
import type { Codec, Entry } from "@cogniverse/sdk";
import { failureOf } from "../support/failure-of.ts";

const repetitive = new Uint8Array(100_000).fill(7);
const noise = crypto.getRandomValues(new Uint8Array(60_000));

function entryOf(encoded: EncodedValue, codec: Pick<Codec<unknown>, "id">): Entry {
  const { data, ...rest } = encoded;
  const base = {
    logId: "l",
    asOf: 0,
    createdAt: 0,
    freshUntil: null,
    expiresAt: null,
    computeMs: 0,
  };
  const more = { codec: codec.id, contentType: "", tags: [], inherited: [], user: {} };
  // A position is a number whose brand exists in types only.
  return { data, metadata: { ...base, ...more, ...rest } as unknown as Entry["metadata"] };
}

describe("an encoded value", () => {
  test("comes back through any limit of compression", async () => {
    const limit = fc.oneof(fc.constant(false as const), fc.nat(5000));
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 4096 }), fc.constantFrom(repetitive, noise));
    await fc.assert(
      fc.asyncProperty(bytes, limit, async (value, above) => {
        const encoded = await encodeValue(value, bytesCodec, above);
        expect(encoded.decodedBytes).toBe(value.byteLength);
        expect(encoded.data.byteLength).toBeLessThanOrEqual(value.byteLength);
        expect(fitsChecksum(encoded.data, encoded.checksum)).toBe(true);
        expect(encoded.digest).toBe(hash("sha256", value, "hex"));
        expect(await decodeValue(entryOf(encoded, bytesCodec), bytesCodec)).toEqual(value);
      }),
      { numRuns: 60 },
    );
  });

  test("is zstd that other tools read, and only where it pays", async () => {
    const packed = await encodeValue(repetitive, bytesCodec, 4096);
    expect(packed.encodings).toEqual(["zstd"]);
    expect(new Uint8Array(zstdDecompressSync(packed.data))).toEqual(repetitive);
    expect(await encodeValue(noise, bytesCodec, 4096)).toMatchObject({
      encodings: [],
      data: noise,
    });
    expect(await encodeValue(repetitive.slice(0, 4095), bytesCodec, 4096)).toMatchObject({
      encodings: [],
    });
    expect(await compress(noise)).toBeUndefined();
  });

  test("is never wrapped where the format speaks for itself", async () => {
    const x = { shape: [50_000], dtype: "f4", data: new Float32Array(50_000) } as const;
    const arrays = await encodeValue({ x }, npzCodec, 0);
    expect(arrays.encodings).toEqual([]);
    expect(Array.from(arrays.data.subarray(0, 2))).toEqual([0x50, 0x4b]);
    expect(await encodeValue(repetitive, jpgCodec, 0)).toMatchObject({
      encodings: [],
      data: repetitive,
    });
  });

  test.each([bytesCodec, jpgCodec])("of $id takes bytes and nothing else", async (codec) => {
    // A caller without types.
    expect(await failureOf(() => codec.encode("text" as never))).toBe("invalid_value");
    expect(codec.encode(new Uint8Array(0))).toHaveLength(0);
  });

  test("of another codec, or of an encoding from the future, is refused", async () => {
    const encoded = await encodeValue("x", jsonCodec<string>(), false);
    expect(await failureOf(() => decodeValue(entryOf(encoded, jsonCodec()), bytesCodec))).toBe(
      "undecodable",
    );
    const later = entryOf({ ...encoded, encodings: ["zstd2"] }, jsonCodec());
    expect(await failureOf(() => decodeValue(later, jsonCodec()))).toBe("undecodable");
  });
});

describe("zstd", () => {
  const bomb = zstdCompressSync(new Uint8Array(64 * 2 ** 20));

  test.each([10, 100_000])(
    "a bomb that claims %i bytes is refused before it is unpacked",
    async (claimed) => {
      expect(bomb.byteLength).toBeLessThan(10_000);
      const before = process.memoryUsage().arrayBuffers;
      expect(await failureOf(() => decompress(bomb, claimed))).toBe("undecodable");
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 2 ** 20);
    },
  );

  test.each([
    ["shorter than it claims", zstdCompressSync(new Uint8Array(9)), 10],
    ["no zstd at all", new Uint8Array([1, 2, 3]), 3],
    ["cut", zstdCompressSync(noise).subarray(0, 1000), 60_000],
  ])("%s is refused", async (_name, data, claimed) => {
    expect(await failureOf(() => decompress(data, claimed))).toBe("undecodable");
  });

  test("nothing decompresses to nothing", async () => {
    expect(await decompress(zstdCompressSync(new Uint8Array(0)), 0)).toEqual(new Uint8Array(0));
  });
});

describe("checksums and digests", () => {
  test("xxh64 is that of the published test vectors", () => {
    expect(checksum(new Uint8Array(0))).toBe("xxh64:ef46db3751d8e999");
    expect(checksum(new TextEncoder().encode("a"))).toBe("xxh64:d24ec4f1a98c6e5b");
    expect(checksum(new TextEncoder().encode("abc"))).toBe("xxh64:44bc2cf5ad770999");
  });

  test("any flipped bit shows, in xxh64 and in crc32; an unknown algorithm fits nothing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (data, at) => {
        const sums = [checksum(data), `crc32:${crc32(data).toString(16).padStart(8, "0")}`];
        const damaged = data.slice();
        const byte = at % data.byteLength;
        damaged[byte] = (damaged[byte] ?? 0) ^ (1 << (at % 8));
        for (const sum of sums)
          expect([fitsChecksum(data, sum), fitsChecksum(damaged, sum)]).toEqual([true, false]);
        expect(fitsChecksum(data, "md5:00")).toBe(false);
        expect(fitsChecksum(data, "")).toBe(false);
      }),
    );
  });

  test("a digest is the same on the thread and in the pool, also of a view", async () => {
    for (const size of [0, 1, 256 * 1024, 256 * 1024 + 1]) {
      const view = new Uint8Array(size + 10).fill(3).subarray(5, 5 + size);
      expect(await contentDigest(view)).toBe(hash("sha256", view, "hex"));
    }
  });
});
