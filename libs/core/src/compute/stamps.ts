import {
  toPosition,
  type EntryMetadata,
  type Position,
  type Scope,
  type ScopeStamp,
} from "@cogniverse/sdk";
import { scopeId } from "../keys/scope-id.ts";
import { NOTHING_THERE, SEVERAL } from "./source-registry.ts";

/** More stamps than this collapse to prefixes, then to the tenant (protocol rule 18); they must fit into an object's metadata. */
export const MAX_STAMPS = 64;

/** What a value was derived from, gathered while it is computed. */
export class Stamps {
  readonly #stamps = new Map<string, ScopeStamp>();
  readonly #contents = new Map<string, string>();
  readonly #own: string | undefined;

  /** `own`: the key that is computed. What it was before is no source of it: whatever kills its copies kills the new one too. */
  constructor(own?: string) {
    this.#own = own;
  }

  /** By path what was read through the cache, here or by what was read: a digest, {@link NOTHING_THERE} or {@link SEVERAL}. */
  get contents(): ReadonlyMap<string, string> {
    return this.#contents;
  }

  get size(): number {
    return this.#stamps.size;
  }

  /** Adds one scope. Named twice, the earlier position stands, and a digest only where both agree. */
  add(stamp: ScopeStamp): void {
    if (stamp.scope.kind === "key" && stamp.scope.value === this.#own) return;
    const id = scopeId(stamp.scope);
    const known = this.#stamps.get(id);
    this.#stamps.set(id, known === undefined ? stamp : merge(known, stamp));
  }

  /** Adds a copy that was read: its key, its tags, and all that it was itself derived from, each with its own position. */
  addCopy(path: string, copy: Pick<EntryMetadata, "asOf" | "digest" | "tags" | "inherited">): void {
    const { asOf, digest } = copy;
    this.add({ scope: { kind: "key", value: path }, asOf, digest });
    if (digest !== "") this.#read(path, digest);
    for (const tag of copy.tags) this.add({ scope: { kind: "tag", value: tag }, asOf });
    for (const stamp of copy.inherited) {
      this.add(stamp);
      const { scope } = stamp;
      if (scope.kind === "key" && stamp.digest !== undefined) this.#read(scope.value, stamp.digest);
    }
  }

  /** Adds a key that was looked for and not there. */
  addAbsence(path: string, asOf: Position): void {
    this.add({ scope: { kind: "key", value: path }, asOf });
    this.#read(path, NOTHING_THERE);
  }

  #read(path: string, digest: string): void {
    if (path === this.#own) return;
    const known = this.#contents.get(path);
    this.#contents.set(path, known === undefined || known === digest ? digest : SEVERAL);
  }

  /** Every stamp, uncollapsed. */
  all(): readonly ScopeStamp[] {
    return [...this.#stamps.values()];
  }

  /**
   * At most {@link MAX_STAMPS} stamps that cover everything added. What stands for several stamps takes the earliest position among them, and
   * would be dead for ever once one of them was invalidated and read anew: `renew` may date a stamp that is still valid at the present position.
   */
  collapsed(renew: (stamp: ScopeStamp) => ScopeStamp = (stamp) => stamp): readonly ScopeStamp[] {
    let stamps = this.all();
    if (stamps.length > MAX_STAMPS) stamps = stamps.map(renew);
    for (let depth = deepest(stamps); stamps.length > MAX_STAMPS && depth > 1; depth--)
      stamps = liftTo(stamps, depth - 1);
    if (stamps.length <= MAX_STAMPS) return stamps;
    return [{ scope: { kind: "tenant" }, asOf: earliest(stamps) }];
  }
}

function merge(a: ScopeStamp, b: ScopeStamp): ScopeStamp {
  const asOf = a.asOf < b.asOf ? a.asOf : b.asOf;
  return a.digest !== undefined && a.digest === b.digest
    ? { scope: a.scope, asOf, digest: a.digest }
    : { scope: a.scope, asOf };
}

function deepest(stamps: readonly ScopeStamp[]): number {
  return Math.max(1, ...stamps.map((s) => depthOf(s.scope)));
}

/** Segments of a key or prefix; 0 for what has none. */
function depthOf(scope: Scope): number {
  return scope.kind === "key" || scope.kind === "prefix"
    ? scope.value.replace(/\/$/, "").split("/").length
    : 0;
}

/** Replaces everything deeper than `depth` segments by the prefix of that depth, at the earliest position among what it stands for. */
function liftTo(stamps: readonly ScopeStamp[], depth: number): readonly ScopeStamp[] {
  const lifted = new Stamps();
  const result: ScopeStamp[] = [];
  for (const stamp of stamps) {
    const { scope } = stamp;
    if (depthOf(scope) <= depth || scope.kind === "tenant") result.push(stamp);
    else
      lifted.add({
        scope: { kind: "prefix", value: `${scope.value.split("/").slice(0, depth).join("/")}/` },
        asOf: stamp.asOf,
      });
  }
  return [...result, ...lifted.all()];
}

function earliest(stamps: readonly ScopeStamp[]): Position {
  return toPosition(Math.min(...stamps.map((s) => s.asOf)));
}
