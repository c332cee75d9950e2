import { toPosition, type BackendContext, type EntryMetadata } from "@cogniverse/sdk";
import {
  FakeClock,
  recordingLogger,
  recordingTelemetry,
  seededRandom,
  type RecordingLogger,
} from "@cogniverse/testkit";
import { ObjectBackend, ObjectLayout, type ObjectBackendOptions } from "../src/index.ts";
import { MemoryClient } from "./memory-bucket.ts";

export type TestContext = BackendContext & { clock: FakeClock; logger: RecordingLogger };

let seed = 0;

/** A context whose clock stands still and whose ids are no other's. */
export function testContext(clock: FakeClock = new FakeClock()): TestContext {
  return {
    tier: "cold",
    clock,
    random: seededRandom(++seed),
    logger: recordingLogger(),
    telemetry: recordingTelemetry(),
  };
}

/** A context whose clock stands still but runs what is to come later as soon as the event loop is free. */
export function hurryingContext(): TestContext {
  const clock = new FakeClock();
  clock.after = (_delayMs, run) => {
    const soon = setImmediate(run);
    return { [Symbol.dispose]: () => clearImmediate(soon) };
  };
  return testContext(clock);
}

/** A tier over a bucket in this process. */
export function openTier(
  options: Partial<ObjectBackendOptions> = {},
  client: MemoryClient = new MemoryClient(),
  context: TestContext = testContext(),
): { backend: ObjectBackend; client: MemoryClient; context: TestContext } {
  const layout = new ObjectLayout();
  const backend = new ObjectBackend(
    client,
    { layout, defaultTtl: null, concurrency: 16, ...options },
    context,
  );
  return { backend, client, context };
}

/** Metadata with everything left out that a test does not name. */
export function metadataOf(given: Partial<EntryMetadata> = {}): EntryMetadata {
  return {
    logId: "0123456789abcdef0123456789abcdef",
    asOf: toPosition(5),
    createdAt: 1_735_689_600_000,
    freshUntil: null,
    expiresAt: null,
    computeMs: 12.5,
    codec: "bytes",
    contentType: "application/octet-stream",
    encodings: [],
    decodedBytes: 3,
    checksum: "crc32:00000000",
    digest: "",
    tags: [],
    inherited: [],
    user: {},
    ...given,
  };
}
