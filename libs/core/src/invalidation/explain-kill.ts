import type { Position, Scope, ScopeStamp } from "@cogniverse/sdk";
import { covers, matchesPattern } from "@cogniverse/sdk/keys";
import type { Below } from "./below.ts";
import type { Mark } from "./mark.ts";
import { Verdict, type Judged, type Kill } from "./verdict.ts";

/** A {@link Kill} with what its record was on. `source`: what the copy was derived from, where it died by that. */
export interface Explanation extends Kill {
  readonly scope: Scope;
  readonly source: Scope | undefined;
}

/** Everything that one tenant's copies are judged by. */
export type Marks = Readonly<{
  tenant: Mark;
  keys: ReadonlyMap<string, Mark>;
  prefixes: ReadonlyMap<string, Mark>;
  tags: ReadonlyMap<string, Mark>;
  globs: ReadonlyMap<string, Mark>;
  below: ReadonlyMap<string, Below>;
  last: Position;
}>;

/** What one scope has to say about a copy. */
type Said = Readonly<{ scope: Scope; judge: (verdict: Verdict) => void }>;

/**
 * Names the record that the copy falls to. Judges each scope by itself, the latest hard record first as the verdict on all together does; for
 * people, so it may take its time. `undefined` where the copy is valid.
 */
export function explainKill(marks: Marks, path: string, copy: Judged): Explanation | undefined {
  let worst: Explanation | undefined;
  for (const each of allKills(marks, path, copy)) if (isWorse(each, worst)) worst = each;
  return worst;
}

/** What each scope of the copy has to say against it, one by one. */
export function* allKills(marks: Marks, path: string, copy: Judged): Iterable<Explanation> {
  yield* heard(ofKey(marks, path, copy.asOf), undefined);
  for (const tag of copy.tags) yield* heard(ofTag(marks, tag, copy.asOf), undefined);
  for (const stamp of copy.inherited) yield* heard(ofStamp(marks, path, stamp), stamp.scope);
}

function* heard(all: Iterable<Said>, source: Scope | undefined): Iterable<Explanation> {
  for (const { scope, judge } of all) {
    const verdict = new Verdict();
    judge(verdict);
    const kill = verdict.kill();
    if (kill !== undefined) yield { ...kill, scope, source };
  }
}

function isWorse(kill: Kill, than: Kill | undefined): boolean {
  if (than === undefined) return true;
  if (kill.mode !== than.mode) return kill.mode === "hard";
  return kill.position > than.position;
}

function* ofKey(marks: Marks, path: string, asOf: Position, digest?: string): Iterable<Said> {
  yield ofTenant(marks, asOf);
  yield said({ kind: "key", value: path }, marks.keys.get(path), asOf, digest);
  yield* ofPrefixes(marks, path, asOf);
  for (const [value, mark] of marks.globs)
    if (matchesPattern(value, path)) yield said({ kind: "glob", value }, mark, asOf);
}

function* ofTag({ tags }: Marks, value: string, asOf: Position): Iterable<Said> {
  yield said({ kind: "tag", value }, tags.get(value), asOf);
}

function* ofStamp(marks: Marks, path: string, stamp: ScopeStamp): Iterable<Said> {
  const { scope, asOf, digest } = stamp;
  yield ofTenant(marks, asOf);
  if (scope.kind === "key") yield* ofKey(marks, scope.value, asOf, digest);
  else if (scope.kind === "tag") yield* ofTag(marks, scope.value, asOf);
  else if (scope.kind === "prefix") yield* ofPrefix(marks, path, scope, asOf);
  // It depends on more than can be told apart.
  else yield { scope, judge: (verdict) => verdict.addPosition(marks.last, asOf) };
}

function* ofPrefix(
  marks: Marks,
  path: string,
  scope: Exclude<Scope, { kind: "tenant" }>,
  asOf: Position,
): Iterable<Said> {
  const below = marks.below.get(scope.value);
  if (below !== undefined)
    yield { scope, judge: (verdict) => verdict.addPosition(below.lastBeside(path), asOf) };
  yield* ofPrefixes(marks, scope.value, asOf);
  for (const [value, mark] of marks.globs) {
    const glob = { kind: "glob", value } as const;
    if (covers(glob, scope)) yield said(glob, mark, asOf);
  }
}

function* ofPrefixes({ prefixes }: Marks, path: string, asOf: Position): Iterable<Said> {
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    const value = path.slice(0, at + 1);
    yield said({ kind: "prefix", value }, prefixes.get(value), asOf);
  }
}

function ofTenant({ tenant }: Marks, asOf: Position): Said {
  return said({ kind: "tenant" }, tenant, asOf);
}

function said(scope: Scope, mark: Mark | undefined, asOf: Position, digest?: string): Said {
  return { scope, judge: (verdict) => verdict.add(mark, asOf, digest) };
}
