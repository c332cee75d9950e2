// Run by weight.test.ts with --expose-gc: fills a tier with entries of one kind, prints what it charged and what the process really grew by.
import { setImmediate } from "node:timers/promises";
import { plainEntry, toPosition, type Entry, type NewResident } from "@cogniverse/sdk";
import { FakeClock, recordingLogger } from "@cogniverse/testkit";
import { memoryBackend } from "../src/index.ts";

type Kind = Readonly<{ count: number; make: (i: number) => NewResident }>;

const hex = (i: number, length: number): string =>
  i
    .toString(16)
    .padStart(8, "0")
    .repeat(length / 8);

/** Every text made anew, as when metadata was read from a frame. */
function entryOf(i: number, data: Uint8Array, more: Partial<Entry["metadata"]> = {}): Entry {
  const { metadata } = plainEntry(data, { now: 0, ttl: null });
  const own = {
    ...metadata,
    logId: `log-${hex(i, 32)}`,
    createdAt: 1.75e12 + i,
    checksum: `xxh64:${hex(i, 16)}`,
    digest: hex(i, 64),
    ...more,
  };
  // A JSON text of this very object.
  return { data, metadata: JSON.parse(JSON.stringify(own)) as Entry["metadata"] };
}

const keyOf = (i: number): string => `embeddings/colqwen/video_${i}/chunk_${hex(i, 8)}.npz`;

function resident(i: number, entry: Entry, value: unknown, valueBytes: number): NewResident {
  return {
    key: keyOf(i),
    entry,
    value,
    valueBytes,
    note: { hits: i, until: 1e12 + i + 0.5, family: null, promise: undefined },
    checkedAt: 0,
  };
}

const bytesOf = (count: number, length: number): Kind => ({
  count,
  make: (i) => {
    const data = new Uint8Array(length).fill(i);
    return resident(i, entryOf(i, data), data, 0);
  },
});

const kinds: Readonly<Record<string, Kind>> = {
  "bytes of 100 B": bytesOf(20_000, 100),
  "bytes of 4 KiB": bytesOf(10_000, 4_096),
  "bytes of 1 MiB": bytesOf(48, 2 ** 20),
  "pieces of Node's shared pool": {
    count: 20_000,
    make: (i) => {
      const data = Buffer.from(hex(i, 200));
      return resident(i, entryOf(i, data), data, 0);
    },
  },
  "1 KiB at the head of a 64 KiB page": {
    count: 20_000,
    make: (i) => {
      const data = new Uint8Array(2 ** 16).fill(i).subarray(0, 1_024);
      return resident(i, entryOf(i, data), data, 0);
    },
  },
  "floats that are views on the entry's own page": {
    count: 1_000,
    make: (i) => {
      const page = new ArrayBuffer(2 ** 16);
      const data = new Uint8Array(page, 0, 2 ** 15).fill(i);
      return resident(i, entryOf(i, data), { vectors: new Float32Array(page, 128, 64) }, 320);
    },
  },
  "JSON with its decoded rows": {
    count: 10_000,
    make: (i) => {
      const rows = Array.from({ length: 100 }, (_, row) => i + row + 0.5);
      const data = new TextEncoder().encode(JSON.stringify(rows));
      return resident(i, entryOf(i, data), rows, 16 + 16 + 100 * 8 + 16);
    },
  },
  "tags, sources and the caller's own metadata": {
    count: 10_000,
    make: (i) => {
      const data = new Uint8Array(300).fill(i);
      const inherited = [1, 2].map((n) => ({
        scope: { kind: "key" as const, value: keyOf(i + n) },
        asOf: toPosition(i),
        digest: hex(i + n, 64),
      }));
      const tags = [`video:${i}`, `model:${hex(i, 16)}`];
      const user = { title: `ein Titel ${i} \u{1f3a5}`, source: hex(i, 40) };
      return resident(i, entryOf(i, data, { inherited, tags, user }), data, 0);
    },
  },
};

const kind = kinds[process.argv[2] ?? ""];
if (kind === undefined) console.log(JSON.stringify(Object.keys(kinds)));
else console.log(JSON.stringify(await fill(kind)));

async function fill({
  count,
  make,
}: Kind): Promise<{ count: number; charged: number; held: number }> {
  const clock = new FakeClock();
  const tier = memoryBackend({ maxBytes: 2 ** 30 }, { clock, logger: recordingLogger() });
  const space = tier.residents?.space("acme");
  for (let i = 0; i < 100; i++) space?.insert(make(i));
  for (const key of await tier.listKeys("", "acme")) await tier.delete(key, "acme");
  const before = await heldBytes();
  for (let i = 0; i < count; i++) space?.insert(make(i));
  const held = (await heldBytes()) - before;
  return { count, charged: (await tier.getStats("acme")).bytes, held };
}

async function heldBytes(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.();
    // Buffers that were collected are given back by a task of their own.
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  // Array buffers are part of `external`.
  return heapUsed + external;
}
