import type { Call } from "./call.ts";
import type { CacheStats } from "./cache-stats.ts";
import type { Cacheable, Compute } from "./compute.ts";
import type { LogPlace } from "./invalidation-log.ts";
import type { Invalidation, InvalidateOptions } from "./invalidation.ts";
import type { Key } from "./key.ts";
import type { ComputeInfo, PutOptions, ReadInfo, ReadOptions } from "./read-options.ts";
import type { Scope } from "./scope.ts";
import type { TenantCache } from "./tenant-cache.ts";

/** Every call of {@link TenantCache} with the tenant beside the key, and the life cycle. Throws `invalid_tenant` too. */
export interface CacheManager extends AsyncDisposable {
  /** Binds a tenant once, so that checking it leaves the hot path. The same object for the same tenant. */
  forTenant(tenantId: string): TenantCache;
  getOrCompute<T extends Cacheable>(
    key: Key<T>,
    tenantId: string,
    compute: Compute<NoInfer<T>>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<T>;
  getOrCompute<T extends Cacheable>(
    key: string,
    tenantId: string,
    compute: Compute<T>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<T>;
  getOrComputeWithInfo<T extends Cacheable>(
    key: Key<T>,
    tenantId: string,
    compute: Compute<NoInfer<T>>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<ComputeInfo<T>>;
  getOrComputeWithInfo<T extends Cacheable>(
    key: string,
    tenantId: string,
    compute: Compute<T>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<ComputeInfo<T>>;
  get<T>(key: Key<T>, tenantId: string, options?: ReadOptions<NoInfer<T>>): Promise<T | undefined>;
  get(key: string, tenantId: string, options?: ReadOptions<unknown>): Promise<unknown>;
  getWithInfo<T>(
    key: Key<T>,
    tenantId: string,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<ReadInfo<T>>;
  getWithInfo(
    key: string,
    tenantId: string,
    options?: ReadOptions<unknown>,
  ): Promise<ReadInfo<unknown>>;
  put<T extends Cacheable>(
    key: Key<T>,
    value: NoInfer<T>,
    tenantId: string,
    options?: PutOptions<NoInfer<T>>,
  ): Promise<Invalidation>;
  put(
    key: string,
    value: Cacheable,
    tenantId: string,
    options?: PutOptions<unknown>,
  ): Promise<Invalidation>;
  delete(
    key: Key<unknown> | string,
    tenantId: string,
    options?: InvalidateOptions,
  ): Promise<Invalidation>;
  exists(
    key: Key<unknown> | string,
    tenantId: string,
    options?: ReadOptions<unknown>,
  ): Promise<boolean>;
  listKeys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]>;
  position(tenantId: string, call?: Call): Promise<LogPlace>;
  invalidate(
    scope: Scope | Key<unknown>,
    tenantId: string,
    options?: InvalidateOptions,
  ): Promise<Invalidation>;
  invalidateByPattern(
    pattern: string,
    tenantId: string,
    options?: InvalidateOptions,
  ): Promise<Invalidation>;
  invalidateVideo(
    videoId: string,
    tenantId: string,
    options?: InvalidateOptions,
  ): Promise<Invalidation>;
  stats(tenantId: string, call?: Call): Promise<CacheStats>;
  /** Settles all background work begun before the call (promotions, demotions, deletions). For `waitUntil` of short-lived hosts. */
  flush(call?: Call): Promise<void>;
  /** Refuses new calls, flushes, and closes the tiers it was given. Idempotent. */
  close(call?: Call): Promise<void>;
}
