import { promisify } from "node:util";
import { constants, crc32, gzip, gunzip, zstdCompress, zstdDecompress } from "node:zlib";
import { checksum, npzCodec } from "@cogniverse/core";
import type { Contender, Contest, Contestant } from "../contest.ts";
import type { Workload } from "../workload.ts";

const SIZES = [
  { name: "1 KiB", bytes: 1_024 },
  { name: "64 KiB", bytes: 65_536 },
  { name: "4 MiB", bytes: 4 * 2 ** 20 },
] as const;
const ZSTD_LEVELS = [1, 3, 9] as const;

const compressGzip = promisify(gzip);
const expandGzip = promisify(gunzip);
const compressZstd = promisify(zstdCompress);
const expandZstd = promisify(zstdDecompress);

/** What the choices of checksum and compression rest on. */
export const codecWorkload: Workload = {
  name: "codec",
  about: "checksums, compression and npz files on the sizes that the cache stores",
  items: async function* () {
    for (const size of SIZES) yield checksums(size.name, size.bytes);
    for (const [name, data] of [
      ["64 KiB of JSON", searchResults(65_536)],
      ["1.3 MB of float32", new Uint8Array(embedding().buffer)],
    ] as const) {
      yield await compression(name, data);
      yield await expansion(name, data);
    }
    yield await npz();
  },
};

function checksums(name: string, bytes: number): Contest {
  const data = new Uint8Array(bytes).map((_, at) => at * 31);
  const baseline = repeat("crc32 (node:zlib)", () => crc32(data));
  const others = [repeat("xxh64, as entries carry it", () => checksum(data))];
  return { name: `checksum of ${name}`, bytesPerOperation: bytes, baseline, others };
}

async function compression(name: string, data: Uint8Array): Promise<Contest> {
  const baseline = repeat("gzip 6", () => compressGzip(data));
  const others: Contender[] = [];
  for (const level of ZSTD_LEVELS) {
    const options = { params: { [constants.ZSTD_c_compressionLevel]: level } };
    const small = await compressZstd(data, options);
    const note = `to ${percent(small.byteLength, data.byteLength)}`;
    others.push({ ...repeat(`zstd ${level}`, () => compressZstd(data, options)), note });
  }
  const gzipped = percent((await compressGzip(data)).byteLength, data.byteLength);
  return {
    name: `compressing ${name} (gzip 6: to ${gzipped})`,
    bytesPerOperation: data.byteLength,
    baseline,
    others,
  };
}

async function expansion(name: string, data: Uint8Array): Promise<Contest> {
  const gzipped = await compressGzip(data);
  const small = await compressZstd(data, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const baseline = repeat("gzip 6", () => expandGzip(gzipped));
  const others = [repeat("zstd 1", () => expandZstd(small))];
  return { name: `expanding ${name}`, bytesPerOperation: data.byteLength, baseline, others };
}

async function npz(): Promise<Contest> {
  const data = embedding();
  const arrays = { vectors: { dtype: "f4", shape: [1_024, 320], data } } as const;
  const file = await npzCodec.encode(arrays);
  const text = JSON.stringify([...data]);
  const baseline = repeat("JSON.parse of the same numbers", () => JSON.parse(text));
  const others = [
    repeat("npz decode", () => npzCodec.decode(file)),
    repeat("npz encode", () => npzCodec.encode(arrays)),
  ];
  return {
    name: "an embedding of 1024 x 320 float32",
    bytesPerOperation: data.byteLength,
    baseline,
    others,
  };
}

function repeat(name: string, work: () => unknown): Contestant {
  return {
    name,
    async run(operations) {
      for (let done = 0; done < operations; done++) await work();
    },
  };
}

function searchResults(bytes: number): Uint8Array {
  const rows: unknown[] = [];
  for (let at = 0, length = 0; length < bytes; at++) {
    const row = {
      video: `video_${at % 17}`,
      start: at * 6,
      score: Math.sin(at),
      text: `segment ${at}: ${"people walk by ".repeat(at % 5)}`,
    };
    rows.push(row);
    length += JSON.stringify(row).length + 1;
  }
  return new TextEncoder().encode(JSON.stringify(rows));
}

/** As of a vision model: unit vectors, close to normally distributed. */
function embedding(): Float32Array<ArrayBuffer> {
  return new Float32Array(1_024 * 320).map((_, at) => {
    const turn = at * 12.9898;
    return (Math.sin(turn) + Math.sin(turn * 1.7) + Math.sin(turn * 2.3)) / 30;
  });
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(0)} %`;
}
