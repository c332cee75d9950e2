import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { gcsBackend } from "@cogniverse/cache-gcs";
import { plainEntry, type Entry, type EntryStore } from "@cogniverse/sdk";
import { startFakeGcs } from "@cogniverse/test-servers";
import { Storage, type Bucket } from "@google-cloud/storage";
import { backendContext } from "../backend-context.ts";
import type { Contest, Contender } from "../contest.ts";
import type { Workload } from "../workload.ts";

type Size = Readonly<{ name: string; bytes: number; objects: number }>;

const TENANT = "acme";
const SIZES: readonly Size[] = [
  { name: "64 KiB", bytes: 64 * 1024, objects: 64 },
  { name: "4 MiB", bytes: 4 * 2 ** 20, objects: 8 },
  { name: "64 MiB", bytes: 64 * 2 ** 20, objects: 2 },
];
const GOAL = { goal: 0.95, mostCpu: 1.15 };

/** Puts and gets of the Google Cloud Storage tier beside the client library by itself, on a server of its own. */
export const gcsWorkload: Workload = {
  name: "gcs",
  about:
    "puts and gets of the GCS tier beside file.save and file.download of @google-cloud/storage",
  async *items() {
    await using bench = await openBench();
    for (const size of SIZES) {
      const data = randomBytes(size.bytes);
      yield puts(size, data, bench);
      yield gets(size, bench);
    }
  },
};

type Bench = AsyncDisposable &
  Readonly<{ bucket: Bucket; entries: EntryStore; inPieces: EntryStore }>;

async function openBench(): Promise<Bench> {
  const server = await startFakeGcs();
  const { endpoint, projectId } = server;
  const bucket = new Storage({ apiEndpoint: endpoint, projectId }).bucket("bench");
  await bucket.create();
  // The client library hangs more than ten listeners on its own streams and would warn of it each time.
  const { defaultMaxListeners } = EventEmitter;
  EventEmitter.defaultMaxListeners = 50;
  // The server takes any number of writes a second.
  const options = { bucket: bucket.name, endpoint, manage_bucket: false, write_interval: 0 };
  const tier = await gcsBackend(options, backendContext("gcs"));
  const inPieces = await gcsBackend(
    { ...options, resumable_above_bytes: 0 },
    backendContext("gcs"),
  );
  return {
    bucket,
    entries: tier.entries,
    inPieces: inPieces.entries,
    async [Symbol.asyncDispose]() {
      EventEmitter.defaultMaxListeners = defaultMaxListeners;
      await tier[Symbol.asyncDispose]();
      await inPieces[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

function puts(size: Size, data: Uint8Array<ArrayBuffer>, bench: Bench): Contest {
  const { bucket, entries, inPieces } = bench;
  const entry = entryOf(data);
  const bytes = Buffer.from(data.buffer);
  const through = (store: EntryStore) => (name: string) => store.putEntry(name, entry, TENANT);
  const resumable: Contender = {
    ...inTurns("tier, resumable", size, through(inPieces)),
    note: "an upload in pieces costs a request more, and pays only where connections break",
  };
  return {
    name: `put ${size.name}`,
    bytesPerOperation: size.bytes,
    baseline: inTurns("file.save", size, (name) =>
      bucket.file(`bare/${name}`).save(bytes, { resumable: false }),
    ),
    others: [
      { ...inTurns("tier.entries.putEntry", size, through(entries)), ...GOAL },
      ...(size.bytes >= 4 * 2 ** 20 ? [resumable] : []),
    ],
  };
}

function gets(size: Size, { bucket, entries }: Bench): Contest {
  return {
    name: `get ${size.name}`,
    bytesPerOperation: size.bytes,
    baseline: inTurns("file.download", size, (name) => bucket.file(`bare/${name}`).download()),
    others: [
      {
        ...inTurns("tier.entries.getEntry", size, async (name) => {
          const found = await entries.getEntry(name, TENANT);
          if (found === undefined || !("data" in found)) throw new Error(`${name} is missing`);
        }),
        ...GOAL,
      },
      inTurns("file.download, nothing validated", size, (name) =>
        bucket.file(`bare/${name}`).download({ validation: false }),
      ),
    ],
  };
}

/** One operation after the other, over all objects of a size. */
function inTurns(
  name: string,
  { bytes, objects }: Size,
  operate: (object: string) => Promise<unknown>,
): Contender {
  let at = 0;
  return {
    name,
    async run(operations) {
      for (let done = 0; done < operations; done++) await operate(`${bytes}/${at++ % objects}`);
    },
  };
}

function entryOf(data: Uint8Array): Entry {
  const { metadata } = plainEntry(data, { now: Date.now(), ttl: 3600 });
  // As core writes it.
  const logId = "0f8c6f0a2f7b4c0c8a54b0d3d2a1c9e7";
  return { data, metadata: { ...metadata, logId, checksum: "xxh64:0123456789abcdef" } };
}
