import type { Call } from "./call.ts";
import type { CacheStats } from "./cache-stats.ts";
import type { Cacheable, Compute } from "./compute.ts";
import type { LogPlace } from "./invalidation-log.ts";
import type { Invalidation, InvalidateOptions } from "./invalidation.ts";
import type { Key } from "./key.ts";
import type { ComputeInfo, PutOptions, ReadInfo, ReadOptions } from "./read-options.ts";
import type { Scope } from "./scope.ts";

/**
 * The cache of one tenant. A string key is a key text (see `encodeKey`); its codec is that of the registered key type whose template it
 * fits, else bytes stay bytes and the rest is JSON. Values are shared: JSON values come frozen deeply, binary ones
 * must not be written to. All calls throw `invalid_key` for a bad key and `closed` after close.
 */
export interface TenantCache {
  readonly tenantId: string;
  /**
   * The cached value or the computed one. Resolves when every tier of the policy took a computed value or gave up; what a tier
   * or compute throws: tiers degrade and are counted, the compute's own error comes through as it is.
   */
  getOrCompute<T extends Cacheable>(
    key: Key<T>,
    compute: Compute<NoInfer<T>>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<T>;
  getOrCompute<T extends Cacheable>(
    key: string,
    compute: Compute<T>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<T>;
  /** The same with where the value came from and what it cost. Takes the long way past the fastest hit. */
  getOrComputeWithInfo<T extends Cacheable>(
    key: Key<T>,
    compute: Compute<NoInfer<T>>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<ComputeInfo<T>>;
  getOrComputeWithInfo<T extends Cacheable>(
    key: string,
    compute: Compute<T>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<ComputeInfo<T>>;
  /** `undefined` is the miss. */
  get<T>(key: Key<T>, options?: ReadOptions<NoInfer<T>>): Promise<T | undefined>;
  get(key: string, options?: ReadOptions<unknown>): Promise<unknown>;
  /** The same with where it was found or why it was not. */
  getWithInfo<T>(key: Key<T>, options?: ReadOptions<NoInfer<T>>): Promise<ReadInfo<T>>;
  getWithInfo(key: string, options?: ReadOptions<unknown>): Promise<ReadInfo<unknown>>;
  /** Stores a value of the caller's own; older copies of the key die everywhere before it resolves. */
  put<T extends Cacheable>(
    key: Key<T>,
    value: NoInfer<T>,
    options?: PutOptions<NoInfer<T>>,
  ): Promise<Invalidation>;
  put(key: string, value: Cacheable, options?: PutOptions<unknown>): Promise<Invalidation>;
  delete(key: Key<unknown> | string, options?: InvalidateOptions): Promise<Invalidation>;
  /** Whether a get would be a hit, without moving the value. */
  exists(key: Key<unknown> | string, options?: ReadOptions<unknown>): Promise<boolean>;
  /** Texts of the keys that begin with `prefix` ("" = all) and are valid in some tier, sorted. */
  listKeys(prefix: string, call?: Call): Promise<readonly string[]>;
  /** The log's head now: take it before reading what a later put is derived from, and give it to that put as `since`. */
  position(call?: Call): Promise<LogPlace>;
  invalidate(scope: Scope | Key<unknown>, options?: InvalidateOptions): Promise<Invalidation>;
  /** Globs over keys: `*` within a segment, `**` across, `?`, `{a,b}`; see `encodePattern`. */
  invalidateByPattern(pattern: string, options?: InvalidateOptions): Promise<Invalidation>;
  /** Embeddings, frames and transcriptions of a video in every model and version, and what was computed from them. */
  invalidateVideo(videoId: string, options?: InvalidateOptions): Promise<Invalidation>;
  stats(call?: Call): Promise<CacheStats>;
}
