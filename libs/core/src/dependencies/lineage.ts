import { isUnreadable, type Scope, type ScopeStamp, type StoredHead } from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";
import type { Engine } from "../engine/engine.ts";
import type { KnownKey } from "../keys/key-registry.ts";
import type { TenantState } from "../tenant/tenant-state.ts";

/** Sources that are looked for at a time. */
const HEADS_AT_A_TIME = 16;

/**
 * One thing that a copy was derived from. `position`, `digest`: its own when it was read. `state`: whether a later record on it kills what was derived.
 * `now`, for a key: whether a living copy of it has the same content, another, or there is none. `from`: what that copy was derived from itself;
 * `repeated`: told of above already.
 */
export type Source = Readonly<{
  scope: Scope;
  position: number;
  digest?: string;
  state: "valid" | "dead";
  now?: "same" | "other" | "not cached";
  repeated?: true;
  from: readonly Source[];
}>;

/** Where a key's value came from, as the first tier tells that has a copy; without one `tier` is left out and nothing is known. */
export type Lineage = Readonly<{
  key: string;
  tier?: string;
  state: "valid" | "dead" | "not cached";
  position?: number;
  digest?: string;
  from: readonly Source[];
}>;

type Found = Readonly<{ tier: string; head: StoredHead; isLive: boolean }>;

/** Reads metadata of the key and of every source that is cached, over all levels. */
export async function lineageOf(
  engine: Engine,
  tenant: TenantState,
  key: KnownKey,
  signal: AbortSignal | undefined,
): Promise<Lineage> {
  if (!engine.coherence.serves()) await engine.coherence.renew();
  return new Tracing(engine, tenant, signal).of(key.path);
}

class Tracing {
  readonly #engine: Engine;
  readonly #tenant: TenantState;
  readonly #signal: AbortSignal | undefined;
  readonly #found = new Map<string, Found | undefined>();
  readonly #told = new Set<string>();

  constructor(engine: Engine, tenant: TenantState, signal: AbortSignal | undefined) {
    this.#engine = engine;
    this.#tenant = tenant;
    this.#signal = signal;
  }

  async of(path: string): Promise<Lineage> {
    const key = decodeKey(path);
    await this.#lookFor([path]);
    const found = this.#found.get(path);
    if (found === undefined) return { key, state: "not cached", from: [] };
    const { asOf: position, digest, inherited } = found.head.metadata;
    this.#told.add(path);
    const state = found.isLive ? "valid" : "dead";
    const from = await this.#sources(path, inherited);
    return { key, tier: found.tier, state, position, digest, from };
  }

  /** Of all that `path` inherited, what came with another of its sources is told below that one. */
  async #sources(path: string, stamps: readonly ScopeStamp[]): Promise<readonly Source[]> {
    const keys = stamps.flatMap(({ scope }) => (scope.kind === "key" ? [scope.value] : []));
    await this.#lookFor(keys);
    const below = new Set<string>();
    for (const key of keys) for (const stamp of this.#stampsOf(key)) below.add(idOf(stamp.scope));
    const sources: Source[] = [];
    for (const stamp of stamps)
      if (!below.has(idOf(stamp.scope))) sources.push(await this.#source(path, stamp));
    return sources;
  }

  async #source(path: string, { scope, asOf, digest }: ScopeStamp): Promise<Source> {
    const known = digest === undefined ? {} : { digest };
    const stamp = { scope, asOf, ...known };
    const judged = { asOf: this.#engine.coherence.position, tags: [], inherited: [stamp] };
    const isDead = this.#tenant.mirror.kill(path, judged) !== undefined;
    const source = { scope, position: asOf, ...known, state: isDead ? "dead" : "valid" } as const;
    if (scope.kind !== "key") return { ...source, from: [] };
    const found = this.#found.get(scope.value);
    const isLive = found?.isLive === true;
    const same = digest === undefined || found?.head.metadata.digest === digest;
    const now = !isLive ? "not cached" : same ? "same" : "other";
    if (this.#told.has(scope.value)) return { ...source, now, repeated: true, from: [] };
    this.#told.add(scope.value);
    return { ...source, now, from: await this.#sources(scope.value, this.#stampsOf(scope.value)) };
  }

  /** What a copy says of where it came from: its sources, and its own tags, which whoever read it inherited too. */
  #stampsOf(path: string): readonly ScopeStamp[] {
    const metadata = this.#found.get(path)?.head.metadata;
    if (metadata === undefined) return [];
    const { asOf, tags, inherited } = metadata;
    const own = tags.map((value): ScopeStamp => ({ scope: { kind: "tag", value }, asOf }));
    return [...own, ...inherited];
  }

  async #lookFor(paths: readonly string[]): Promise<void> {
    const unknown = paths.filter((path) => !this.#found.has(path));
    for (let at = 0; at < unknown.length; at += HEADS_AT_A_TIME) {
      const page = unknown.slice(at, at + HEADS_AT_A_TIME);
      const found = await Promise.all(page.map((path) => this.#look(path)));
      page.forEach((path, i) => this.#found.set(path, found[i]));
    }
  }

  /** The first living copy, else the first that is there. */
  async #look(path: string): Promise<Found | undefined> {
    const { tenantId, mirror } = this.#tenant;
    let first: Found | undefined;
    for (const tier of this.#engine.tiers) {
      const answer = await tier.call(
        { what: "head", tenantId },
        (call) => tier.entries.headEntry(path, tenantId, call),
        { signal: this.#signal },
      );
      if (!answer.up || answer.value === undefined || isUnreadable(answer.value)) continue;
      const { metadata } = answer.value;
      if (metadata.logId === "") continue;
      const isLive = !this.#engine.isDead(mirror, path, metadata);
      const found = { tier: tier.name, head: answer.value, isLive };
      if (isLive) return found;
      first ??= found;
    }
    return first;
  }
}

function idOf(scope: Scope): string {
  return scope.kind === "tenant" ? "tenant" : `${scope.kind} ${scope.value}`;
}
