import { START, type LogRecord, type Position, type Scope, type ScopeStamp } from "@cogniverse/sdk";
import { covers, literalPrefix, matchesPattern } from "@cogniverse/sdk/keys";
import { KnownSources, spokenAt, type Spoken } from "../dependencies/known-sources.ts";
import { sourcePathOf } from "../dependencies/source-record.ts";
import { Below } from "./below.ts";
import { allKills, explainKill, type Explanation, type Marks } from "./explain-kill.ts";
import { raise, type Mark } from "./mark.ts";
import { Verdict, type Judged, type Kill } from "./verdict.ts";

/** More globs than this cost every slow check too much: the oldest becomes a record on its literal prefix (protocol rule 2). */
const MAX_GLOBS = 256;

/** What one process knows of one tenant's invalidations: for each scope the last hard and the last record. */
export class TenantMirror {
  /**
   * Grows with every record taken in and with every reset. A copy that was found valid at this very version needs no second
   * look: the hot path compares this one integer.
   */
  version = 0;
  #last: Position = START;
  #tenant: Mark = { hard: START, any: START, digest: undefined, other: START };
  readonly #keys = new Map<string, Mark>();
  readonly #prefixes = new Map<string, Mark>();
  readonly #tags = new Map<string, Mark>();
  readonly #globs = new Map<string, Mark>();
  /** For each prefix the last record on a key or prefix below it: what entries whose stamps were collapsed are checked by. */
  readonly #below = new Map<string, Below>();
  readonly #sources = new KnownSources();
  #textBytes = 0;

  /** Position of the last record that was taken in; 0 before the first. */
  get last(): Position {
    return this.#last;
  }

  /** Takes a record in. Records may come twice; they must not come out of order within a scope that matters, and maxima make even that safe. */
  apply(record: LogRecord): void {
    const source = sourcePathOf(record.scope);
    // It kills nothing, so nobody's checks have to be made anew.
    if (source !== undefined) return this.#sources.raise(source, record);
    this.version++;
    if (record.position > this.#last) this.#last = record.position;
    const { scope } = record;
    const scopes = this.scopes;
    if (scope.kind === "key") {
      raise(this.#keys, scope.value, record);
      this.#raiseBelow(scope.value, record);
    } else if (scope.kind === "prefix") {
      raise(this.#prefixes, scope.value, record);
      this.#raiseBelow(scope.value, record);
    } else if (scope.kind === "tag") raise(this.#tags, scope.value, record);
    else if (scope.kind === "glob") this.#applyGlob(scope.value, record);
    else this.#raiseTenant(record); // a kind that this version does not know counts as the whole tenant
    if (this.scopes > scopes && scope.kind !== "tenant") this.#textBytes += scope.value.length;
  }

  /** Forgets everything: another log speaks from now on. */
  reset(): void {
    this.version++;
    this.#last = START;
    this.#tenant = { hard: START, any: START, digest: undefined, other: START };
    for (const marks of [this.#keys, this.#prefixes, this.#tags, this.#globs, this.#below])
      marks.clear();
    this.#sources.clear();
    this.#textBytes = 0;
  }

  /** The record that killed a copy of `path`, or `undefined` while it is valid (protocol rule 4: equal is valid). */
  kill(path: string, copy: Judged): Kill | undefined {
    const verdict = new Verdict();
    // Nothing came in since the copy's position: no scope of it can be later, and inherited stamps are judged apart.
    if (this.#last > copy.asOf) {
      this.#judgeKey(path, copy.asOf, undefined, verdict);
      for (const tag of copy.tags) verdict.add(this.#tags.get(tag), copy.asOf);
    }
    for (const stamp of copy.inherited)
      if (this.#last > stamp.asOf) this.#judgeStamp(path, stamp, verdict);
    return verdict.kill();
  }

  /** As {@link kill}, with what the record was on. For people: it looks at every scope of the copy one by one. */
  explain(path: string, copy: Judged): Explanation | undefined {
    return explainKill(this.#marks(), path, copy);
  }

  /** All that would kill any copy of the key that is older, with these tags and sources or none. For people, too. Latest first. */
  killsOf(path: string, { tags, inherited }: Omit<Judged, "asOf">): readonly Explanation[] {
    const oldest = inherited.map((stamp): ScopeStamp => ({ scope: stamp.scope, asOf: START }));
    const copy = { asOf: START, tags, inherited: oldest };
    const kills = [...allKills(this.#marks(), path, copy)];
    return kills
      .filter(({ position }, i) => kills.findIndex((k) => k.position === position) === i)
      .toSorted((a, b) => b.position - a.position);
  }

  #marks(): Marks {
    return {
      tenant: this.#tenant,
      keys: this.#keys,
      prefixes: this.#prefixes,
      tags: this.#tags,
      globs: this.#globs,
      below: this.#below,
      last: this.#last,
    };
  }

  /** What was derived from which content, and who is to be told of it. */
  get sources(): Pick<KnownSources, "onSource"> {
    return this.#sources;
  }

  /** Whether something may live that was derived from other content of the key than this; see {@link KnownSources}. */
  otherLives(path: string, digest: string): boolean {
    return this.#sources.otherLives(path, digest, this.#spoken(path));
  }

  /** Whether whoever brings other content for the key than this will know that something may have been derived from it. */
  isKnownSource(path: string, digest: string): boolean {
    return this.#sources.isKnown(path, digest, this.#spoken(path));
  }

  /** The last record on this very key or on the whole tenant, by which what was registered of the key as a source before is over. */
  spokenAt(path: string): Position {
    return spokenAt(this.#spoken(path));
  }

  /** SHA-256, hex, of the content that the last record on this very key named; `undefined` where it named none, or there is no record. */
  contentOf(path: string): string | undefined {
    return this.#keys.get(path)?.digest;
  }

  get scopes(): number {
    const killing = this.#keys.size + this.#prefixes.size + this.#tags.size + this.#globs.size;
    return killing + this.#sources.size;
  }

  get globs(): number {
    return this.#globs.size;
  }

  /** Heap bytes of what is kept: text, one map slot and one mark a scope. Within 30 % of what V8 takes, which a test measures. */
  get bytes(): number {
    const MARK_AND_SLOT_BYTES = 112;
    const textBytes = this.#textBytes + this.#sources.textBytes;
    return textBytes + (this.scopes + this.#below.size) * MARK_AND_SLOT_BYTES;
  }

  #spoken(path: string): Spoken {
    return { key: this.#keys.get(path), tenant: this.#tenant.any };
  }

  #judgeKey(path: string, asOf: Position, digest: string | undefined, verdict: Verdict): void {
    verdict.add(this.#tenant, asOf);
    verdict.add(this.#keys.get(path), asOf, digest);
    this.#judgePrefixesOf(path, asOf, verdict);
    for (const [pattern, mark] of this.#globs)
      if (mark.any > asOf && matchesPattern(pattern, path)) verdict.add(mark, asOf);
  }

  #judgeStamp(path: string, stamp: ScopeStamp, verdict: Verdict): void {
    const { scope, asOf } = stamp;
    if (scope.kind === "key") this.#judgeKey(scope.value, asOf, stamp.digest, verdict);
    else if (scope.kind === "prefix") this.#judgePrefix(path, scope, asOf, verdict);
    else {
      verdict.add(this.#tenant, asOf);
      if (scope.kind === "tag") verdict.add(this.#tags.get(scope.value), asOf);
      else verdict.addPosition(this.#last, asOf); // it depends on more than can be told apart
    }
  }

  #judgePrefix(
    path: string,
    scope: Scope & { kind: "prefix" | "key" | "tag" | "glob" },
    asOf: Position,
    verdict: Verdict,
  ): void {
    verdict.add(this.#tenant, asOf);
    const below = this.#below.get(scope.value);
    if (below !== undefined) verdict.addPosition(below.lastBeside(path), asOf);
    this.#judgePrefixesOf(scope.value, asOf, verdict);
    for (const [pattern, mark] of this.#globs) {
      if (mark.any > asOf && covers({ kind: "glob", value: pattern }, scope))
        verdict.add(mark, asOf);
    }
  }

  /** Every prefix record on the way down to `path`, the path itself included where it ends in "/". */
  #judgePrefixesOf(path: string, asOf: Position, verdict: Verdict): void {
    if (this.#prefixes.size === 0) return;
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
      verdict.add(this.#prefixes.get(path.slice(0, at + 1)), asOf);
    }
  }

  #raiseBelow(path: string, record: LogRecord): void {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1))
      this.#raisePrefix(path.slice(0, at + 1), path, record.position);
  }

  #raisePrefix(prefix: string, scope: string, position: Position): void {
    let below = this.#below.get(prefix);
    if (below === undefined) this.#below.set(prefix, (below = new Below()));
    below.raise(scope, position);
  }

  #raiseTenant(record: Pick<LogRecord, "position" | "mode">): void {
    if (record.mode !== "soft" && record.position > this.#tenant.hard) {
      this.#tenant.hard = record.position;
      this.#forgetUpTo(record.position);
    }
    if (record.position > this.#tenant.any) this.#tenant.any = record.position;
  }

  /** A hard record on the whole tenant says all that narrower ones before it said. */
  #forgetUpTo(position: Position): void {
    for (const marks of [this.#keys, this.#prefixes, this.#tags, this.#globs])
      for (const [value, mark] of marks) {
        if (mark.any > position) continue;
        marks.delete(value);
        this.#textBytes -= value.length;
      }
    for (const [value, below] of this.#below) if (below.last <= position) this.#below.delete(value);
    this.#sources.forgetUpTo(position);
  }

  #applyGlob(pattern: string, record: LogRecord): void {
    raise(this.#globs, pattern, record);
    if (this.#globs.size <= MAX_GLOBS) return;
    const [oldest] = this.#globs;
    if (oldest === undefined) return;
    const [literal, mark] = oldest;
    this.#globs.delete(literal);
    this.#widen(literalPrefix(literal), mark);
  }

  /** A glob that has to go becomes the shortest prefix or tenant that holds all it matches. Killing too much is allowed, too little never. */
  #widen(literal: string, mark: Mark): void {
    const prefix = literal.slice(0, literal.lastIndexOf("/") + 1);
    const records = [
      { position: mark.any, mode: "soft" as const },
      ...(mark.hard > START ? [{ position: mark.hard, mode: "hard" as const }] : []),
    ];
    for (const record of records) {
      if (prefix === "") this.#raiseTenant(record);
      else {
        raise(this.#prefixes, prefix, record);
        this.#raisePrefix(prefix, prefix, record.position);
      }
    }
  }
}
