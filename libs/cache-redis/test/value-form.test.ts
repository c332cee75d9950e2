import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { toPosition, type Entry } from "@cogniverse/sdk";
import { decodeValue, encodeValue, TRAILER_BYTES, type KnownHeader } from "../src/value-form.ts";

const entry: Entry = {
  data: new Uint8Array([1, 2, 3, 4, 5]),
  metadata: {
    logId: "log-1",
    asOf: toPosition(2 ** 40 + 7),
    createdAt: 1_700_000_000_000,
    freshUntil: null,
    expiresAt: 4_000_000_000_000,
    computeMs: 12.5,
    codec: "bytes",
    contentType: "application/octet-stream",
    encodings: [],
    decodedBytes: 5,
    checksum: "crc32:470b99f4",
    digest: "",
    tags: ["tag"],
    inherited: [],
    user: { title: "é" },
  },
};
const WRITE_ID = Buffer.from("0123456789abcdef", "hex");

const valueOf = (one: Entry): Buffer => Buffer.concat(encodeValue(one, WRITE_ID).parts);

test("the form of a value is the one in the golden file", async () => {
  const golden = await readFile(new URL("golden/value-1.hex", import.meta.url), "utf8");
  expect(valueOf(entry).toString("hex")).toBe(golden.trim().replaceAll("\n", ""));
});

test("what was encoded is decoded, without a copy", () => {
  const value = valueOf(entry);
  const read = decodeValue(value, 0);
  if (!("data" in read)) throw new Error("it cannot be read");
  expect(read).toMatchObject({ metadata: entry.metadata, etag: "0123456789abcdef" });
  expect([...read.data]).toEqual([1, 2, 3, 4, 5]);
  expect(read.data.buffer).toBe(value.buffer);
});

test("a header that is known is not taken for another's, nor for a cut or foreign value's", () => {
  const memory: { known: KnownHeader | undefined } = { known: undefined };
  const value = valueOf(entry);
  expect(decodeValue(value, 0, memory)).toEqual(decodeValue(value, 0, memory));
  const { known } = memory;
  expect(decodeValue(value, 0, memory)).toHaveProperty("metadata", known?.metadata);
  const other = valueOf({ ...entry, metadata: { ...entry.metadata, codec: "json@" } });
  expect(decodeValue(other, 0, memory)).toMatchObject({ metadata: { codec: "json@" } });
  const longer = Buffer.concat([
    value.subarray(0, -TRAILER_BYTES),
    value.subarray(-TRAILER_BYTES - 1),
  ]);
  expect(decodeValue(longer, 0, memory)).toEqual({ unreadable: "corrupt" });
  const damaged = Buffer.from(value);
  damaged[40] = 0;
  expect(decodeValue(damaged, 0, memory)).toEqual({ unreadable: "corrupt" });
  expect(decodeValue(value, 5e12, memory)).toEqual({ unreadable: "expired" });
});

test.each([0, 1, 23, 24, 100])("%d bytes of somebody else's are foreign", (length) => {
  expect(decodeValue(Buffer.alloc(length, 65), 0)).toEqual({ unreadable: "foreign" });
});
