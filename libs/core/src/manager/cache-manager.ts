import type {
  Cacheable,
  CacheManager as CacheManagerContract,
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
  Scope,
  TenantCache,
} from "@cogniverse/sdk";
import { checkTenant } from "@cogniverse/sdk/keys";
import { Engine } from "../engine/engine.ts";
import { KeyRegistry } from "../keys/key-registry.ts";
import { abortable } from "../time/abortable.ts";
import { observeCounters } from "../stats/observe-counters.ts";
import { Purger } from "../purge/purger.ts";
import { Sweeper } from "../sweep/sweeper.ts";
import { TenantState } from "../tenant/tenant-state.ts";
import { demoteEvicted } from "./demotion.ts";
import type { CacheManagerOptions } from "./manager-options.ts";
import { closedError, Operations } from "./operations.ts";
import { OperatorCalls, type Asked } from "./operator-calls.ts";
import { TenantHandle } from "./tenant-handle.ts";

/**
 * A cache over an ordered list of tiers. It joins the invalidation log at the first call that needs it; making one does no I/O. Throws
 * `invalid_config` for tiers and policies that contradict each other.
 */
export class CacheManager extends OperatorCalls implements CacheManagerContract {
  readonly #engine: Engine;
  readonly #operations: Operations;
  readonly #sweeper: Sweeper;
  readonly #purger: Purger;
  readonly #handles = new Map<string, TenantHandle>();
  readonly #attached: readonly Disposable[];
  #closing: Promise<void> | undefined;

  constructor(options: CacheManagerOptions) {
    super();
    this.#engine = new Engine(options);
    this.#operations = new Operations(this.#engine, new KeyRegistry(options.keyTypes));
    this.#sweeper = new Sweeper(this.#engine);
    const { invalidator } = this.#operations;
    this.#purger = new Purger(this.#engine, invalidator, this.#handles);
    if (options.sweep !== undefined)
      this.#sweeper.every(options.sweep, this.#handles, (tenantId) => this.#handle(tenantId));
    this.#attached = [
      demoteEvicted(
        this.#engine,
        this.#operations.filler.sources,
        (tenantId) => this.#handle(tenantId).state,
      ),
      observeCounters(this.#engine, () =>
        [...this.#handles.values()].map((handle) => handle.state),
      ),
    ];
  }

  forTenant(tenantId: string): TenantCache {
    return this.#handle(tenantId);
  }

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
  getOrCompute<T extends Cacheable>(
    key: Key<T> | string,
    tenantId: string,
    compute: Compute<NoInfer<T>>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<T> {
    // No closure for a tenant that is known: this is the seed form of the hottest call.
    const known = this.#handles.get(tenantId);
    if (known !== undefined) return known.getOrCompute<T>(key, compute, options);
    return this.#with(tenantId, (tenant) => tenant.getOrCompute<T>(key, compute, options));
  }

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
  getOrComputeWithInfo<T extends Cacheable>(
    key: Key<T> | string,
    tenantId: string,
    compute: Compute<NoInfer<T>>,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<ComputeInfo<T>> {
    return this.#with(tenantId, (tenant) => tenant.getOrComputeWithInfo<T>(key, compute, options));
  }

  get<T>(key: Key<T>, tenantId: string, options?: ReadOptions<NoInfer<T>>): Promise<T | undefined>;
  get(key: string, tenantId: string, options?: ReadOptions<unknown>): Promise<unknown>;
  get<T>(
    key: Key<T> | string,
    tenantId: string,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<T | undefined> {
    return this.#with(tenantId, (tenant) => tenant.get<T>(key, options));
  }

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
  getWithInfo<T>(
    key: Key<T> | string,
    tenantId: string,
    options?: ReadOptions<NoInfer<T>>,
  ): Promise<ReadInfo<T>> {
    return this.#with(tenantId, (tenant) => tenant.getWithInfo<T>(key, options));
  }

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
  put<T extends Cacheable>(
    key: Key<T> | string,
    value: NoInfer<T>,
    tenantId: string,
    options?: PutOptions<NoInfer<T>>,
  ): Promise<Invalidation> {
    return this.#with(tenantId, (tenant) => tenant.put<T>(key, value, options));
  }

  delete(
    key: Key<unknown> | string,
    tenantId: string,
    options?: InvalidateOptions,
  ): Promise<Invalidation> {
    return this.#with(tenantId, (tenant) => tenant.delete(key, options));
  }

  exists(
    key: Key<unknown> | string,
    tenantId: string,
    options?: ReadOptions<unknown>,
  ): Promise<boolean> {
    return this.#with(tenantId, (tenant) => tenant.exists(key, options));
  }

  listKeys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]> {
    return this.#with(tenantId, (tenant) => tenant.listKeys(prefix, call));
  }

  position(tenantId: string, call?: Call): Promise<LogPlace> {
    return this.#with(tenantId, (tenant) => tenant.position(call));
  }

  invalidate(
    scope: Scope | Key<unknown>,
    tenantId: string,
    options?: InvalidateOptions,
  ): Promise<Invalidation> {
    return this.#with(tenantId, (tenant) => tenant.invalidate(scope, options));
  }

  invalidateByPattern(
    pattern: string,
    tenantId: string,
    options?: InvalidateOptions,
  ): Promise<Invalidation> {
    return this.#with(tenantId, (tenant) => tenant.invalidateByPattern(pattern, options));
  }

  invalidateVideo(
    videoId: string,
    tenantId: string,
    options?: InvalidateOptions,
  ): Promise<Invalidation> {
    return this.#with(tenantId, (tenant) => tenant.invalidateVideo(videoId, options));
  }

  stats(tenantId: string, call?: Call): Promise<CacheStats> {
    return this.#with(tenantId, (tenant) => tenant.stats(call));
  }

  flush(call?: Call): Promise<void> {
    return abortable(this.#engine.background.flush(), call?.signal ?? undefined);
  }

  /** Aborting the signal ends the waiting, not the closing. */
  close(call?: Call): Promise<void> {
    this.#closing ??= this.#close();
    return abortable(this.#closing, call?.signal ?? undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected override ask<R>(tenantId: string, run: (asked: Asked) => Promise<R>): Promise<R> {
    const { registry } = this.#operations;
    const asked = { engine: this.#engine, registry, sweeper: this.#sweeper, purger: this.#purger };
    return this.#with(tenantId, ({ state: tenant }) => run({ ...asked, tenant }));
  }

  async #close(): Promise<void> {
    for (const handle of this.#handles.values()) handle.close();
    for (const { state } of this.#handles.values()) {
      const shared = [...state.flights.values()].map(({ flight }) => flight);
      for (const flight of [...shared, ...state.unshared]) flight.abort(closedError());
    }
    this.#sweeper.close(closedError());
    this.#purger.close(closedError());
    await this.#engine.background.drain();
    // Once all has landed: only then is it known what has to be said of it.
    await this.#operations.filler.sources.close();
    await this.#engine.coherence.close();
    for (const attached of this.#attached) attached[Symbol.dispose]();
    const backends = new Set(this.#engine.tiers.map((tier) => tier.backend));
    const ended = await Promise.allSettled(
      [...backends].map(async (backend) => backend[Symbol.asyncDispose]?.()),
    );
    for (const tier of this.#engine.tiers) tier.close();
    // The others were closed all the same.
    for (const end of ended) if (end.status === "rejected") throw end.reason;
  }

  #handle(tenantId: string): TenantHandle {
    let handle = this.#handles.get(tenantId);
    if (handle === undefined) {
      handle = new TenantHandle(
        this.#engine,
        this.#operations,
        new TenantState(this.#engine, checkTenant(tenantId)),
      );
      if (this.#closing !== undefined) handle.close();
      this.#handles.set(tenantId, handle);
    }
    return handle;
  }

  /** A bad tenant rejects like everything else that can go wrong in a call. */
  #with<R>(tenantId: string, run: (handle: TenantHandle) => Promise<R>): Promise<R> {
    if (this.#closing !== undefined) return Promise.reject(closedError());
    let handle: TenantHandle;
    try {
      handle = this.#handle(tenantId);
    } catch (error) {
      return Promise.reject(error);
    }
    return run(handle);
  }
}
