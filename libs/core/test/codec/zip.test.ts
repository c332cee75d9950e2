import { describe, expect, test } from "@jest/globals";

import { npzCodec } from "../../src/codec/npz-codec.ts";
import { encodeNpy } from "../../src/codec/npy-encode.ts";
import { crc32Of } from "../../src/codec/zip-crc.ts";
import { deflateWhole } from "../../src/codec/zip-deflate.ts";
import { readZipEnd, zipEndBytes } from "../../src/codec/zip-end.ts";
import { ZipFields } from "../../src/codec/zip-fields.ts";
import {
  centralHeaderBytes,
  localHeaderBytes,
  localHeaderLength,
  type MemberHeader,
} from "../../src/codec/zip-member-headers.ts";
import { readZip } from "../../src/codec/zip-reader.ts";
import { writeZip } from "../../src/codec/zip-writer.ts";
import { failureOf } from "../support/failure-of.ts";
import { countingArray } from "../support/nd-array-arbitrary.ts";

const payload = encodeNpy(countingArray("u1", [10]));
const MALFORMED = "undecodable: malformed";
const UNSUPPORTED = "undecodable: unsupported";

type Member = Partial<MemberHeader> &
  Readonly<{ body?: Uint8Array; localName?: string; at?: number; extra?: Uint8Array }>;

/** A zip file whose headers may say anything: members stand one after the other unless `at` places their record elsewhere. */
async function zipOf(
  members: readonly Member[],
  edit: (file: Buffer, directoryAt: number) => void = () => {},
): Promise<Buffer> {
  const locals: Uint8Array[] = [];
  const centrals: Uint8Array[] = [];
  let localAt = 0;
  for (const { body = payload, localName, at, ...said } of members) {
    const header: MemberHeader = {
      nameBytes: Buffer.from("a.npy"),
      method: "stored",
      crc32: await crc32Of(payload),
      plainBytes: body.byteLength,
      packedBytes: body.byteLength,
      localAt: at ?? localAt,
      ...said,
    };
    const localHeader =
      localName === undefined ? header : { ...header, nameBytes: Buffer.from(localName) };
    const local = localHeaderBytes(localHeader, localHeaderLength(localHeader), 64);
    locals.push(local, body);
    centrals.push(centralHeaderBytes(header));
    localAt += local.byteLength + body.byteLength;
  }
  const directory = Buffer.concat(centrals);
  const end = zipEndBytes({
    members: members.length,
    directoryAt: localAt,
    directoryEnd: localAt + directory.byteLength,
  });
  const file = Buffer.concat([...locals, directory, end]);
  edit(file, localAt);
  return file;
}

const decode = async (file: Promise<Buffer>): Promise<string> => {
  const bytes = await file;
  return failureOf(() => npzCodec.decode(bytes));
};

const withoutFlags = (file: Buffer, directoryAt: number): void => {
  file.writeUInt16LE(0, directoryAt + 8);
};

const named = (name: string): Uint8Array => Buffer.from(name);

test("the hand-made files decode when they tell the truth", async () => {
  expect(await decode(zipOf([{}, { nameBytes: named("b.npy") }]))).toBe("none");
  expect(await decode(zipOf([]))).toBe("none");
});

describe("refused", () => {
  test("two members of one name, or of names that are one array", async () => {
    expect(await decode(zipOf([{}, {}]))).toBe(MALFORMED);
    expect(await decode(zipOf([{}, { nameBytes: named("a") }]))).toBe(MALFORMED);
  });

  test("members that overlap: one inside another's body", async () => {
    const inner = {
      nameBytes: named("b.npy"),
      method: "stored",
      crc32: await crc32Of(payload),
    } as const;
    const sizes = { plainBytes: payload.byteLength, packedBytes: payload.byteLength };
    const body = Buffer.concat([
      localHeaderBytes({ ...inner, ...sizes, localAt: 0 }, 35, 64),
      payload,
    ]);
    const file = await zipOf([{ body }, { ...inner, ...sizes, at: 35 }]);
    expect(() => readZip(file)).toThrow("overlaps another");
  });

  test("a local header of another name or method", async () => {
    expect(await decode(zipOf([{ localName: "b.npy" }]))).toBe(MALFORMED);
    expect(await decode(zipOf([{}], (file) => file.writeUInt16LE(8, 8)))).toBe(MALFORMED);
  });

  test("a wrong checksum", async () => {
    expect(await decode(zipOf([{ crc32: 1 }]))).toBe("undecodable: checksum");
  });

  test("a body that reaches into the directory", async () => {
    expect(await decode(zipOf([{ plainBytes: 200, packedBytes: 200 }]))).toBe(MALFORMED);
  });

  test("a stored member of two sizes", async () => {
    expect(await decode(zipOf([{ plainBytes: payload.byteLength + 1 }]))).toBe(MALFORMED);
  });

  test.each([-1, 1, 1000])("a deflated member whose size is off by %d", async (off) => {
    const body = await deflateWhole(payload);
    const plainBytes = payload.byteLength + off;
    expect(await decode(zipOf([{ method: "deflated", body, plainBytes }]))).toBe(MALFORMED);
  });

  test("a deflated member that claims more than deflate can hold, whatever the limit", async () => {
    const body = await deflateWhole(payload);
    const file = await zipOf([
      { method: "deflated", body, plainBytes: body.byteLength * 1032 + 1 },
    ]);
    expect(() => readZip(file)).toThrow("cannot unpack to its stated size");
    expect(await decode(zipOf([{ method: "deflated", body, plainBytes: 2 ** 52 }]))).toBe(
      MALFORMED,
    );
  });

  test("broken deflate data", async () => {
    const body = Buffer.alloc(50, 0xff);
    expect(
      await decode(zipOf([{ method: "deflated", body, plainBytes: payload.byteLength }])),
    ).toBe(MALFORMED);
  });

  test("encryption and other compression methods", async () => {
    expect(
      await decode(zipOf([{}], (file, directoryAt) => file.writeUInt16LE(1, directoryAt + 8))),
    ).toBe(UNSUPPORTED);
    expect(
      await decode(zipOf([{}], (file, directoryAt) => file.writeUInt16LE(93, directoryAt + 10))),
    ).toBe(UNSUPPORTED);
  });

  test("names that are no text", async () => {
    expect(await decode(zipOf([{ nameBytes: named("ü.npy") }], withoutFlags))).toBe(UNSUPPORTED);
    expect(await decode(zipOf([{ nameBytes: Uint8Array.of(0xff, 0xfe) }]))).toBe(MALFORMED);
    expect(await decode(zipOf([{ nameBytes: named("a\0.npy") }]))).toBe(MALFORMED);
  });

  test("members that are no npy files", async () => {
    const body = named("no array");
    expect(await decode(zipOf([{ body, crc32: await crc32Of(body) }]))).toBe(MALFORMED);
  });

  test("counts of members and disks that do not fit", async () => {
    for (const at of [4, 6, 8, 10, 12, 16]) {
      expect(
        await decode(zipOf([{}], (file) => file.writeUInt16LE(7, file.length - 22 + at))),
      ).toBe(MALFORMED);
    }
    expect(await decode(zipOf([{}], (file) => file.writeUInt16LE(0xffff, file.length - 14)))).toBe(
      MALFORMED,
    );
  });

  test("bytes before or after", async () => {
    const file = await zipOf([{}]);
    expect(await failureOf(() => npzCodec.decode(Buffer.concat([file, Buffer.of(0)])))).toBe(
      MALFORMED,
    );
    expect(await failureOf(() => npzCodec.decode(Buffer.concat([Buffer.of(0), file])))).toBe(
      MALFORMED,
    );
  });
});

test("a comment at the end is skipped", async () => {
  const file = await zipOf([{}], (bytes) => bytes.writeUInt16LE(5, bytes.length - 2));
  expect(Object.keys(await npzCodec.decode(Buffer.concat([file, Buffer.from("hello")])))).toEqual([
    "a",
  ]);
});

describe("zip64", () => {
  const huge = 2 ** 33 + 5;
  const header: MemberHeader = {
    nameBytes: named("a.npy"),
    method: "stored",
    crc32: 7,
    plainBytes: payload.byteLength,
    packedBytes: payload.byteLength,
    localAt: 0,
  };

  test("a local header with 64 bit sizes, as numpy always writes it", async () => {
    const plain = { ...header, crc32: await crc32Of(payload) };
    const wide = localHeaderBytes({ ...plain, plainBytes: huge, packedBytes: huge }, 55, 64);
    const central = centralHeaderBytes(plain);
    const directoryAt = wide.byteLength + payload.byteLength;
    const end = zipEndBytes({
      members: 1,
      directoryAt,
      directoryEnd: directoryAt + central.byteLength,
    });
    expect(
      Object.keys(await npzCodec.decode(Buffer.concat([wide, payload, central, end]))),
    ).toEqual(["a"]);
  });

  test("numbers of 32 bits or more stand in the extra field, and lies in it are found", () => {
    for (const said of [
      { plainBytes: huge, packedBytes: huge },
      { localAt: huge },
      { plainBytes: huge, packedBytes: huge, localAt: huge },
    ]) {
      const central = Buffer.from(centralHeaderBytes({ ...header, ...said }));
      const end = zipEndBytes({ members: 1, directoryAt: 0, directoryEnd: central.byteLength });
      // Read as far as the sizes, which then cannot lie inside so short a file.
      expect(() => readZip(Buffer.concat([central, end]))).toThrow("not a sound npz file");
      central.writeUInt16LE(0x7777, 46 + 5);
      expect(() => readZip(Buffer.concat([central, end]))).toThrow("a zip64 field is missing");
    }
  });

  test.each([
    { members: 0xffff, directoryAt: 500, directoryEnd: 1000 },
    { members: 70_000, directoryAt: 3, directoryEnd: 5 },
  ])("an end record with %o comes back", (end) => {
    const records = zipEndBytes(end);
    const file = new Uint8Array(end.directoryEnd + records.byteLength);
    file.set(records, end.directoryEnd);
    expect(readZipEnd(new ZipFields(file))).toEqual(end);
  });

  test("a directory beyond 4 GiB is named in the zip64 record", () => {
    const records = Buffer.from(
      zipEndBytes({ members: 1, directoryAt: huge, directoryEnd: huge + 60 }),
    );
    expect(records.readBigUInt64LE(48)).toBe(BigInt(huge));
    expect(records.readBigUInt64LE(64)).toBe(BigInt(huge + 60));
    expect(records.readUInt32LE(records.length - 6)).toBe(0xffffffff);
  });

  test("more members than 16 bits count come back", async () => {
    const contents = Array.from({ length: 70_000 }, (_, index) => ({
      name: `${index}.npy`,
      method: "stored" as const,
      parts: [],
    }));
    const file = await writeZip(contents, 64);
    expect(readZip(file).map(({ name }) => name)).toEqual(contents.map(({ name }) => name));
  });
});
