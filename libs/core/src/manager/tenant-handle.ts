import type {
  Cacheable,
  CacheStats,
  Call,
  Compute,
  ComputeInfo,
  Invalidation,
  InvalidateOptions,
  Key,
  LogPlace,
  PutOptions,
  ReadInfo,
  ReadOptions,
  Resident,
  ResidentSpace,
  Scope,
  TelemetryPort,
  TenantCache,
} from "@cogniverse/sdk";
import { encodePrefix } from "@cogniverse/sdk/keys";
import type { Engine } from "../engine/engine.ts";
import { videoTag } from "../keys/video-tag.ts";
import { tenantStats } from "../stats/tenant-stats.ts";
import type { TenantMirror } from "../invalidation/tenant-mirror.ts";
import type { Coherence } from "../invalidation/coherence.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { tellHotHit } from "../trace/hot-hit.ts";
import { canonicalScope, scopeOfPrefix } from "./canonical-scope.ts";
import { HotNote } from "./hot-note.ts";
import { entryExists, listTexts } from "./listing.ts";
import { closedError, type Operations } from "./operations.ts";

/**
 * Of each family's hits the first is timed and so many after it are not: recording one costs some four hits (620 ns, OpenTelemetry 2.12), and all of it
 * is to cost less than 2 %. One less than a power of two.
 */
const UNTIMED = 511;
const NOTHING: ResidentSpace = {
  find: () => undefined,
  insert: () => undefined,
  drop: () => undefined,
};

/** The cache of one tenant. */
export class TenantHandle implements TenantCache {
  readonly tenantId: string;
  readonly state: TenantState;
  readonly #engine: Engine;
  readonly #operations: Operations;
  readonly #coherence: Coherence;
  readonly #mirror: TenantMirror;
  readonly #space: ResidentSpace;
  readonly #telemetry: TelemetryPort;
  #isTiming = false;
  #closed = false;

  constructor(engine: Engine, operations: Operations, state: TenantState) {
    this.tenantId = state.tenantId;
    this.state = state;
    this.#engine = engine;
    this.#operations = operations;
    this.#coherence = engine.coherence;
    this.#telemetry = engine.telemetry;
    this.#mirror = state.mirror;
    this.#space = state.spaces[0] ?? NOTHING;
    operations.filler.sources.attend(state);
  }

  getOrCompute<T extends Cacheable>(
    key: Key<T> | string,
    compute: Compute<NoInfer<T>>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<T> {
    // A key's type parameter says what its codec decodes: the one place where that is taken on trust.
    const hot = options === undefined ? this.#hot(key) : undefined;
    if (hot !== undefined) return hot as Promise<T>;
    if (this.#closed) return Promise.reject(closedError());
    return this.#operations.getOrCompute(this.state, key, compute, options ?? {}) as Promise<T>;
  }

  async getOrComputeWithInfo<T extends Cacheable>(
    key: Key<T> | string,
    compute: Compute<NoInfer<T>>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<ComputeInfo<T>> {
    this.#open();
    const info = this.#operations.getOrComputeWithInfo(this.state, key, compute, options ?? {});
    // The key's type parameter, as above.
    return info as Promise<ComputeInfo<T>>;
  }

  get<T>(key: Key<T> | string, options?: ReadOptions<NoInfer<T>>): Promise<T | undefined> {
    const hot = options === undefined ? this.#hot(key) : undefined;
    if (hot !== undefined) return hot as Promise<T>;
    return this.#valueOf(key, options ?? {}) as Promise<T | undefined>;
  }

  async getWithInfo<T>(
    key: Key<T> | string,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<ReadInfo<T>> {
    // The key's type parameter, as above.
    return this.#read(key, options ?? {}) as Promise<ReadInfo<T>>;
  }

  async put<T extends Cacheable>(
    key: Key<T> | string,
    value: NoInfer<T>,
    options?: PutOptions<NoInfer<T>>,
  ): Promise<Invalidation> {
    this.#open();
    const target = this.#operations.target(this.state, key, options ?? {});
    return this.#operations.putter.put(target, value, options ?? {});
  }

  async delete(key: Key<unknown> | string, options?: InvalidateOptions): Promise<Invalidation> {
    this.#open();
    return this.#operations.delete(this.state, key, options ?? {});
  }

  async exists(key: Key<unknown> | string, options?: ReadOptions<unknown>): Promise<boolean> {
    this.#open();
    const { plan, key: known } = this.#operations.target(this.state, key, options ?? {});
    this.#derive({ kind: "key", value: known.path });
    const copy = { path: known.path, plan };
    return entryExists(this.#engine, this.state, copy, options?.signal ?? undefined);
  }

  async listKeys(prefix: string, call?: Call): Promise<readonly string[]> {
    this.#open();
    this.#derive(scopeOfPrefix(encodePrefix(prefix)));
    return listTexts(this.#engine, this.state, prefix, call?.signal ?? undefined);
  }

  async position(call?: Call): Promise<LogPlace> {
    this.#open();
    return this.#operations.position(call?.signal ?? undefined);
  }

  async invalidate(
    scope: Scope | Key<unknown>,
    options?: InvalidateOptions,
  ): Promise<Invalidation> {
    this.#open();
    return this.#operations.invalidator.invalidate(this.state, canonicalScope(scope), options);
  }

  invalidateByPattern(pattern: string, options?: InvalidateOptions): Promise<Invalidation> {
    return this.invalidate({ kind: "glob", value: pattern }, options);
  }

  async invalidateVideo(videoId: string, options?: InvalidateOptions): Promise<Invalidation> {
    return this.invalidate({ kind: "tag", value: videoTag(videoId) }, options);
  }

  async stats(call?: Call): Promise<CacheStats> {
    this.#open();
    return tenantStats(this.#engine, this.state, call?.signal ?? undefined);
  }

  /** From here on every call is refused. */
  close(): void {
    this.#closed = true;
  }

  /**
   * The whole memory hit: look-up, time, lease, validity, counters, in one synchronous step without I/O. `undefined` sends the call the long
   * way. The monotonic clock is read once and stands for both the lease and the expiry; the wall clock only where other machines append. A string with a "%" may be another spelling of
   * what the map holds, and inside a compute the read has to be written down: both take the long way. Where somebody records, the span begins and ends here.
   */
  #hot(key: Key<unknown> | string): Promise<unknown> | undefined {
    const path = typeof key === "string" ? key : key.path;
    const resident = this.#space.find(path);
    if (resident === undefined) return undefined;
    const note = HotNote.of(resident.note, this.state);
    if (note === undefined || resident.checkedAt !== this.#mirror.version) return undefined;
    const { clock } = this.#engine;
    const { servesUntil, servesUntilWall } = this.#coherence;
    const now = clock.monotonic();
    if (
      now >= note.untilMonotonic ||
      now >= servesUntil ||
      (servesUntilWall !== Infinity && clock.now() >= servesUntilWall) ||
      this.#engine.scopes.active !== 0
    )
      return undefined;
    if (typeof key === "string" ? !note.isPlain : key.codec !== note.codec) return undefined;
    if (!resident.visited) resident.visited = true;
    const { served } = note;
    if ((served.hits & UNTIMED) === 0 && this.#mayTime()) return this.#timed(key);
    if (this.#telemetry.isRecording()) this.#tell(note, resident, now);
    served.hits++;
    served.savedMs += note.computeMs;
    served.bytes += note.bytes;
    return (note.promise ??= Promise.resolve(resident.value));
  }

  #tell({ family }: HotNote, { key: path, entry }: Resident, startedAt: number): void {
    tellHotHit(this.#engine, this.tenantId, { path, family, metadata: entry.metadata, startedAt });
  }

  #mayTime(): boolean {
    return !this.#isTiming && this.#engine.telemetry.measures();
  }

  /** Looks up once more and times that, from its beginning to its end: a hit that is not timed asks no clock for it. */
  #timed(key: Key<unknown> | string): Promise<unknown> | undefined {
    const { clock, telemetry, tiers } = this.#engine;
    this.#isTiming = true;
    const startedAt = clock.monotonic();
    const hit = this.#hot(key);
    const elapsedMs = clock.monotonic() - startedAt;
    this.#isTiming = false;
    telemetry.recordHistogram("cache.latency", this.tenantId, elapsedMs, tiers[0]?.attributes.get);
    return hit;
  }

  async #valueOf(key: Key<unknown> | string, options: ReadOptions<never>): Promise<unknown> {
    const info = await this.#read(key, options);
    return info.hit ? info.value : undefined;
  }

  async #read(key: Key<unknown> | string, options: ReadOptions<never>): Promise<ReadInfo<unknown>> {
    this.#open();
    return this.#operations.read(this.state, key, options);
  }

  /** A compute that asks whether something is there depends on it, from the moment it began. */
  #derive(scope: Scope): void {
    const compute = this.#engine.scopes.current();
    if (compute === undefined) return;
    if (compute.tenantId !== this.tenantId) compute.storable = false;
    else compute.stamps.add({ scope, asOf: compute.asOf });
  }

  #open(): void {
    if (this.#closed) throw closedError();
  }
}
