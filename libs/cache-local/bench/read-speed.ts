import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toPosition, type BackendContext, type Entry } from "@cogniverse/sdk";
import { localBackend, type LocalBackend } from "../src/index.ts";

/** One line of the table: medians over interleaved rounds in one process, and how many times as fast as `fs.readFile` the tier reads. */
export type Row = Readonly<{
  name: string;
  bytes: number;
  tierMicros: number;
  readFileMicros: number;
  ratio: number;
  wanted: number;
}>;

interface Case {
  readonly bytes: number;
  readonly entries: number;
  readonly reads: number;
  readonly wanted: number;
}

const KIB = 1024;
const CASES: readonly Case[] = [
  { bytes: KIB, entries: 500, reads: 500, wanted: 10 },
  { bytes: 64 * KIB, entries: 100, reads: 100, wanted: 0 },
  { bytes: 4096 * KIB, entries: 8, reads: 16, wanted: 0.95 },
];

/** Reads entries of several sizes through the tier and, turn about, files of the same sizes with `fs.readFile`, one file an entry. */
export async function run({ quick }: Readonly<{ quick: boolean }>): Promise<readonly Row[]> {
  const directory = await mkdtemp(join(tmpdir(), "cache-local-bench-"));
  const tier = await localBackend({ base_path: join(directory, "tier") }, plainContext());
  try {
    const rows: Row[] = [];
    for (const one of CASES)
      rows.push(await measure(tier, join(directory, "files"), one, quick ? 5 : 15));
    return rows;
  } finally {
    await tier[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(tier: LocalBackend, files: string, one: Case, rounds: number): Promise<Row> {
  const { bytes, entries, reads, wanted } = one;
  const data = crypto.getRandomValues(new Uint8Array(Math.min(bytes, 65_536)));
  await mkdir(join(files, String(bytes)), { recursive: true });
  for (let n = 0; n < entries; n++) {
    await tier.entries.putEntry(`${bytes}/${n}`, entryOf(bytes, data), "bench");
    await writeFile(join(files, String(bytes), String(n)), entryOf(bytes, data).data);
  }
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds + 1; round++) {
    const a = await time(reads, (n) => tier.entries.getEntry(`${bytes}/${n % entries}`, "bench"));
    const b = await time(reads, (n) => readFile(join(files, String(bytes), String(n % entries))));
    // The first round warms caches and compilers.
    if (round === 0) continue;
    ours.push(a);
    theirs.push(b);
  }
  const [tierMicros, readFileMicros] = [median(ours), median(theirs)];
  const name = bytes < KIB * KIB ? `${bytes / KIB} KiB` : `${bytes / KIB / KIB} MiB`;
  return { name, bytes, tierMicros, readFileMicros, ratio: readFileMicros / tierMicros, wanted };
}

async function time(reads: number, read: (n: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < reads; n++) await read(n);
  return ((performance.now() - start) * 1000) / reads;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function entryOf(bytes: number, pattern: Uint8Array): Entry {
  const data = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += pattern.byteLength)
    data.set(pattern.subarray(0, bytes - at), at);
  const texts = { logId: "bench", codec: "bytes", contentType: "application/octet-stream" };
  const times = { createdAt: 0, freshUntil: null, expiresAt: null, computeMs: 0 };
  const sums = { checksum: `xxh64:${"0".repeat(16)}`, digest: "0".repeat(64), decodedBytes: bytes };
  const lists = { encodings: [], tags: [], inherited: [], user: {} };
  return { data, metadata: { ...texts, ...times, ...sums, ...lists, asOf: toPosition(0) } };
}

function plainContext(): BackendContext {
  const nothing = (): void => undefined;
  return {
    tier: "bench",
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      after: () => ({ [Symbol.dispose]: nothing }),
    },
    random: { next: () => 0, id: () => crypto.randomUUID().replaceAll("-", "") },
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    telemetry: {
      isRecording: () => false,
      span: (_name, _tenantId, work) =>
        work({ setAttributes: nothing, addEvent: nothing, recordError: nothing }),
      incrementCounter: nothing,
      recordHistogram: nothing,
      observe: () => ({ [Symbol.dispose]: nothing }),
    },
  };
}
