import { inOrder, type Scope, type ScopeStamp, type StoredHead } from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";
import type { Engine } from "../engine/engine.ts";
import type { KnownKey } from "../keys/key-registry.ts";
import { scopeId } from "../keys/scope-id.ts";
import { isExpired, isServable, type FoundCopy } from "../manager/listing.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { readableHead } from "../tier/readable-head.ts";

/** Sources that are looked for at a time. */
const HEADS_AT_A_TIME = 16;

/**
 * One thing that a copy was derived from. `position`, `digest`: its own when it was read. `state`: whether a later record on it kills what was derived;
 * `unverified` while the log is away. `now`, for a key: whether a living copy of it has the same content, another, or there is none; left out
 * while the log is away. `from`: what the copy that is there was derived from itself; `repeated`: told of above already.
 */
export type Source = Readonly<{
  scope: Scope;
  position: number;
  digest?: string;
  state: "valid" | "dead" | "unverified";
  now?: "same" | "other" | "not cached";
  repeated?: true;
  from: readonly Source[];
}>;

/**
 * Where a key's value came from, as the first tier tells whose copy would be served, else the first that has one; without any `tier` is left out and
 * nothing is known. `state`: whether that copy would be served, or why not; `unverified` while the log is away.
 */
export type Lineage = Readonly<{
  key: string;
  tier?: string;
  state: CopyState | "not cached";
  position?: number;
  digest?: string;
  from: readonly Source[];
}>;

type CopyState = "valid" | "dead" | "expired" | "unverified";

type Found = Readonly<{ tier: string; head: StoredHead; state: CopyState }>;

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

type Looked = Readonly<{ path: string; found: Found | undefined }>;

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
    const { tier, state, head } = found;
    const { asOf: position, digest, inherited } = head.metadata;
    this.#told.add(path);
    const from = await this.#sources(path, inherited);
    return { key, tier, state, position, digest, from };
  }

  /** Of all that `path` inherited, what came with another of its sources is told below that one. */
  async #sources(path: string, stamps: readonly ScopeStamp[]): Promise<readonly Source[]> {
    const keys = stamps.flatMap(({ scope }) => (scope.kind === "key" ? [scope.value] : []));
    await this.#lookFor(keys);
    const below = new Set<string>();
    for (const key of keys)
      for (const stamp of this.#stampsOf(key)) below.add(scopeId(stamp.scope));
    const sources: Source[] = [];
    for (const stamp of stamps)
      if (!below.has(scopeId(stamp.scope))) sources.push(await this.#source(path, stamp));
    return sources;
  }

  async #source(path: string, { scope, asOf, digest }: ScopeStamp): Promise<Source> {
    const known = digest === undefined ? {} : { digest };
    const stamp = { scope, asOf, ...known };
    const judged = { asOf: this.#engine.coherence.position, tags: [], inherited: [stamp] };
    const isDead = this.#tenant.mirror.kill(path, judged) !== undefined;
    const isKnown = this.#engine.coherence.serves();
    const state = !isKnown ? "unverified" : isDead ? "dead" : "valid";
    const source = { scope, position: asOf, ...known, state } as const;
    if (scope.kind !== "key") return { ...source, from: [] };
    const now = isKnown ? { now: this.#now(scope.value, digest) } : {};
    if (this.#told.has(scope.value)) return { ...source, ...now, repeated: true, from: [] };
    this.#told.add(scope.value);
    const from = await this.#sources(scope.value, this.#stampsOf(scope.value));
    return { ...source, ...now, from };
  }

  #now(path: string, digest: string | undefined): NonNullable<Source["now"]> {
    const found = this.#found.get(path);
    if (found?.state !== "valid") return "not cached";
    const isSame = digest === undefined || found.head.metadata.digest === digest;
    return isSame ? "same" : "other";
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
    const look = async (path: string, signal: AbortSignal): Promise<Looked> => {
      return { path, found: await this.#look(path, signal) };
    };
    for await (const { path, found } of inOrder(unknown, HEADS_AT_A_TIME, look, this.#signal))
      this.#found.set(path, found);
  }

  /** The first living copy, else the first that is there. */
  async #look(path: string, signal: AbortSignal): Promise<Found | undefined> {
    const { tenantId } = this.#tenant;
    let first: Found | undefined;
    for (const tier of this.#engine.tiers) {
      const head = readableHead(await tier.head(path, tenantId, { signal }));
      if (head === undefined || head.metadata.logId === "") continue;
      const found = { tier: tier.name, head, state: this.#judge({ tier, path, head }) };
      if (found.state === "valid") return found;
      first ??= found;
    }
    return first;
  }

  #judge(copy: FoundCopy): CopyState {
    if (!this.#engine.coherence.serves()) return "unverified";
    if (isServable(this.#engine, this.#tenant, copy)) return "valid";
    const { path, head } = copy;
    const isDead = this.#engine.isDead(this.#tenant.mirror, path, head.metadata);
    return !isDead && isExpired(this.#engine, head) ? "expired" : "dead";
  }
}
