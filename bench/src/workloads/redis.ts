import { Redis } from "ioredis";
import { redisBackend, type RedisBackend } from "@cogniverse/cache-redis";
import { plainEntry, type Entry } from "@cogniverse/sdk";
import { startRedis } from "@cogniverse/test-servers";
import { backendContext } from "../backend-context.ts";
import type { Contender, Contest, Contestant } from "../contest.ts";
import { collectYoung } from "../heap.ts";
import type { Workload } from "../workload.ts";

const TENANT = "acme";
const KEYS = 500;
const LIFE_MS = 3_600_000;
/** CPU time of this process an operation, at most so many times the bare client's. */
const MOST_CPU = 1.2;

/** Everything that is compared: the tier, the client as it is by default, and the client told to batch. */
type Clients = Readonly<{ tier: RedisBackend; bare: Redis; batching: Redis }>;

type Task = (at: number) => Promise<unknown>;

/** Reads and writes of the Redis tier beside its own client, one at a time and 64 at once, on a server of its own. */
export const redisWorkload: Workload = {
  name: "redis",
  about:
    "reads and writes of the Redis tier beside ioredis with its defaults and with auto-pipelining",
  async *items() {
    await using server = await startRedis();
    await using tier = await redisBackend({ url: server.url }, backendContext("redis"));
    const bare = new Redis(server.url);
    const batching = new Redis(server.url, { enableAutoPipelining: true });
    try {
      const clients = { tier, bare, batching };
      yield* await hits(clients);
      yield* puts(clients);
    } finally {
      bare.disconnect();
      batching.disconnect();
    }
  },
};

async function hits(clients: Clients): Promise<readonly Contest[]> {
  const { tier, bare, batching } = clients;
  const entry = entryOf(1024);
  for (let at = 0; at < KEYS; at++) {
    await tier.entries.putEntry(keyOf(at), entry, TENANT);
    await bare.set(`bare/${keyOf(at)}`, Buffer.from(entry.data), "PX", LIFE_MS);
  }
  const ours: Task = (at) => tier.entries.getEntry(keyOf(at % KEYS), TENANT);
  const theirs =
    (client: Redis): Task =>
    (at) =>
      client.getBuffer(`bare/${keyOf(at % KEYS)}`);
  return [1, 64].map((width) => ({
    name: `hit of 1 KiB, ${width} at once`,
    baseline: inTurns("ioredis.getBuffer", width, theirs(bare)),
    others: [
      judged(inTurns("getEntry", width, ours), width === 1 ? 0.95 : 0.9),
      inTurns("ioredis.getBuffer, auto-pipelining", width, theirs(batching)),
    ],
  }));
}

function puts(clients: Clients): readonly Contest[] {
  const { tier, bare, batching } = clients;
  const entry = entryOf(65_536);
  const data = Buffer.from(entry.data);
  const condition = { if: "not-newer", asOf: entry.metadata.asOf } as const;
  const unconditional: Task = (at) => tier.entries.putEntry(keyOf(at % KEYS), entry, TENANT);
  const again: Task = (at) => tier.entries.putEntry(keyOf(at % KEYS), entry, TENANT, condition);
  const fill: Task = (at) => tier.entries.putEntry(`fill/${keyOf(at)}`, entry, TENANT, condition);
  const theirs =
    (client: Redis): Task =>
    (at) =>
      client.set(`bare/${keyOf(at % KEYS)}`, data, "PX", LIFE_MS);
  // New values cost the server more than ones in the place of others.
  const anew: Task = (at) => bare.set(`bare/fill/${keyOf(at)}`, data, "PX", LIFE_MS);
  const clean = (): Promise<void> => forget(clients);
  return [1, 64].flatMap((width) => [
    {
      name: `put of 64 KiB, ${width} at once`,
      bytesPerOperation: data.byteLength,
      baseline: inTurns("ioredis.set PX", width, theirs(bare)),
      others: [
        judged(inTurns("putEntry", width, unconditional), 0.95),
        inTurns("putEntry not-newer, over a copy", width, again),
        inTurns("ioredis.set PX, auto-pipelining", width, theirs(batching)),
      ],
    },
    {
      name: `fill of a miss with 64 KiB, ${width} at once`,
      bytesPerOperation: data.byteLength,
      baseline: inTurns("ioredis.set PX of a new key", width, anew, clean),
      others: [judged(inTurns("putEntry not-newer", width, fill, clean), 0.95)],
    },
  ]);
}

/** Takes the fills away, so that the next ones are of misses too and the server stays small. */
async function forget({ bare }: Clients): Promise<void> {
  for await (const names of bare.scanStream({ match: "*fill/*", count: 1000 }))
    for (const name of names) await bare.unlink(String(name));
}

function judged(contestant: Contestant, goal: number): Contender {
  return { ...contestant, goal, mostCpu: MOST_CPU };
}

/** `width` callers, each with its next operation as soon as it has the answer of the one before. */
function inTurns(
  name: string,
  width: number,
  task: Task,
  before: () => Promise<void> = async () => undefined,
): Contestant {
  let next = 0;
  const run = async (operations: number): Promise<void> => {
    let left = operations;
    const caller = async (): Promise<void> => {
      while (left-- > 0) {
        const answer = await task(next++);
        if (answer === undefined || answer === null) throw new Error(`${name}: no answer`);
      }
    };
    await Promise.all(Array.from({ length: Math.min(width, operations) }, caller));
  };
  return {
    name,
    // Large buffers are collected late, on the time of whoever runs then: a round like the one to come makes that its own.
    async prepare(operations) {
      await before();
      collectYoung();
      await run(operations);
    },
    run,
  };
}

function entryOf(bytes: number): Entry {
  const data = new Uint8Array(bytes).fill(7);
  const { metadata } = plainEntry(data, { now: Date.now(), ttl: LIFE_MS / 1000 });
  // As core writes it.
  const logId = "0f8c6f0a2f7b4c0c8a54b0d3d2a1c9e7";
  return { data, metadata: { ...metadata, logId, checksum: "xxh64:0123456789abcdef" } };
}

function keyOf(at: number): string {
  return `embeddings/clip-vit-b32/video-${at}/chunk-0.npz`;
}
