import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toPosition, type BackendContext, type Entry, type EntryMetadata } from "@cogniverse/sdk";
import {
  FakeClock,
  recordingLogger,
  recordingTelemetry,
  seededRandom,
  type RecordingLogger,
} from "@cogniverse/testkit";
import {
  localBackend,
  type FileSystem,
  type LocalBackend,
  type LocalOptions,
} from "../src/index.ts";

/** A context whose clock stands still. */
function context(
  clock: FakeClock = new FakeClock(),
): BackendContext & { clock: FakeClock; logger: RecordingLogger } {
  return {
    tier: "warm",
    clock,
    random: seededRandom(1),
    logger: recordingLogger(),
    telemetry: recordingTelemetry(),
  };
}

/** A context with the machine's own clock, for processes that nobody steers. */
export function systemContext(): BackendContext {
  const after = (delayMs: number, run: () => void): Disposable => {
    const timer = setTimeout(run, delayMs).unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  };
  const clock = { now: () => Date.now(), monotonic: () => performance.now(), after };
  return { ...context(), clock };
}

/** Directories and tiers of one test, taken away by disposing. */
export class Workbench implements AsyncDisposable {
  readonly context = context();
  readonly #directories: string[] = [];
  readonly #tiers: LocalBackend[] = [];

  async directory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), "cache-local-"));
    this.#directories.push(directory);
    return directory;
  }

  async open(options: Partial<LocalOptions> = {}, fileSystem?: FileSystem): Promise<LocalBackend> {
    const base_path = options.base_path ?? (await this.directory());
    const tier = await localBackend(
      { min_free_gb: 0, ...options, base_path },
      this.context,
      fileSystem,
    );
    this.#tiers.push(tier);
    return tier;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const tier of this.#tiers) await tier[Symbol.asyncDispose]();
    for (const path of this.#directories) await rm(path, { recursive: true, force: true });
  }
}

/** Metadata with everything left out that a test does not name. */
function metadata(given: Partial<EntryMetadata> = {}): EntryMetadata {
  return {
    logId: "log",
    asOf: toPosition(0),
    createdAt: 0,
    freshUntil: null,
    expiresAt: null,
    computeMs: 1,
    codec: "bytes",
    contentType: "application/octet-stream",
    encodings: [],
    decodedBytes: 0,
    checksum: "",
    digest: "",
    tags: [],
    inherited: [],
    user: {},
    ...given,
  };
}

/** An entry of `bytes` bytes that are all `fill`. */
export function entryOf(bytes: number, fill = 7, given: Partial<EntryMetadata> = {}): Entry {
  return { data: new Uint8Array(bytes).fill(fill), metadata: metadata(given) };
}
