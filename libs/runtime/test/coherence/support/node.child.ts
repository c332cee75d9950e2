import { setTimeout as pause } from "node:timers/promises";
import { CacheError } from "@cogniverse/sdk";
import { recordingLogger } from "@cogniverse/testkit";
import { createCache } from "../../../src/index.ts";
import { keptSpans } from "./kept-spans.ts";
import type {
  Acknowledgement,
  FromNode,
  NodeRead,
  NodeRequest,
  NodeSpec,
  NodeStand,
  ToNode,
} from "./node-words.ts";

const TENANT = "acme";

// Only NodeProcess starts this, and says it so.
const { caching, keys, readMs } = JSON.parse(process.argv[2] ?? "") as NodeSpec;
const spans = keptSpans();
const logger = recordingLogger();
const cache = await createCache({ config: { caching }, logger });
const acme = cache.forTenant(TENANT);
const sources = new Map<number, (version: number) => void>();
const ended = new AbortController();
let asked = 0;
let reads: NodeRead[] = [];
let reading: Promise<unknown> = Promise.resolve();
let linesTold = 0;

process.on("message", (message) => {
  // Only NodeProcess sends, and only this.
  const said = message as ToNode;
  if ("source" in said) {
    sources.get(said.source)?.(said.version);
    sources.delete(said.source);
    return;
  }
  serve(said.request).then(
    (answer) => tell({ id: said.id, answer }),
    (error: unknown) => tell({ id: said.id, error: String(error) }),
  );
});
process.once("disconnect", () => {
  // Let go in order, it ends by itself once the cache is closed.
  if (ended.signal.aborted) void cache.close();
  else process.exit(1);
});
tell({ id: 0 });

async function serve(request: NodeRequest): Promise<unknown> {
  switch (request.do) {
    case "read":
      reading = Promise.all(keys.map((_, key) => readOn(key)));
      return undefined;
    case "invalidate":
      return invalidate(keyAt(request.key));
    case "stand":
      return stand();
    default:
      ended.abort();
      return reading;
  }
}

/** Each key by itself: while one is computed by a node that cannot reach a server, the others may still be served. */
async function readOn(key: number): Promise<void> {
  while (!ended.signal.aborted) {
    reads.push(await readOnce(key));
    await pause(readMs);
  }
}

async function readOnce(key: number): Promise<NodeRead> {
  let computed = false;
  const compute = (): Promise<number> => {
    computed = true;
    return versionOf(key);
  };
  const beganAt = now();
  try {
    const version = await acme.getOrCompute<number>(keyAt(key), compute);
    return { key, beganAt, endedAt: now(), version, computed };
  } catch (error) {
    return { key, beganAt, endedAt: now(), version: 0, computed, failed: String(error) };
  }
}

/** The source is with the process that started this one. */
function versionOf(key: number): Promise<number> {
  const source = ++asked;
  const { promise, resolve } = Promise.withResolvers<number>();
  sources.set(source, resolve);
  tell({ source, key });
  return promise;
}

async function invalidate(key: string): Promise<Acknowledgement> {
  const beganAt = now();
  try {
    const { nodes } = await acme.invalidate({ kind: "key", value: key });
    const at = now();
    return { at, tookMs: at - beganAt, nodes };
  } catch (error) {
    const at = now();
    if (!CacheError.isInstance(error)) throw error;
    const { code, retryable, message } = error;
    return { at, tookMs: at - beganAt, code, retryable, message };
  }
}

async function stand(): Promise<NodeStand> {
  const { log } = await acme.stats();
  const { acknowledged, logId, live } = log;
  const seen = reads;
  reads = [];
  const lines = logger.lines.slice(linesTold);
  linesTold += lines.length;
  return { reads: seen, lines, spans: spans.take(), acknowledged, logId, live };
}

function keyAt(key: number): string {
  return keys[key] ?? "";
}

/** CLOCK_MONOTONIC, in ms. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function tell(said: FromNode): void {
  if (process.connected) process.send?.(said);
}
