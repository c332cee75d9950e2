import type { Key } from "./key.ts";

/** What can be cached. `undefined` is the miss; `null` is a value. */
// `{}` is TypeScript's only spelling of "anything but null and undefined".
export type Cacheable = {} | null;

/** What a compute is told and may say about its result. */
export interface ComputeContext {
  /** Aborts when nobody waits for the result any more, and when the cache is closed. */
  readonly signal: AbortSignal;
  /** The key being computed, as text. */
  readonly key: string;
  readonly tenantId: string;
  /** Adds tags to the entry: invalidating one of them kills it. */
  readonly setTags: (...tags: string[]) => void;
  /** Overrides the policy's TTL for this entry: seconds > 0, `null` = never expires. */
  readonly setTtl: (seconds: number | null) => void;
  /** Names sources that were read around the cache. What is read through it is recorded by itself. */
  readonly dependsOn: (...sources: (Key<unknown> | string)[]) => void;
}

/** Makes the value. Runs at most once at a time per tenant and key in a process; a throw is never cached. */
export type Compute<T> = (context: ComputeContext) => T | Promise<T>;
