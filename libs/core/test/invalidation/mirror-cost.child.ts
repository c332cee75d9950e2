// Prints what a mirror costs by kinds of scopes, and how a check grows with what it holds; to be run with --expose-gc.
import { toPosition, type LogRecord, type Scope, type ScopeStamp } from "@cogniverse/sdk";
import { TenantMirror } from "../../src/invalidation/tenant-mirror.ts";

const ROUNDS = 41;
const CHECKS = 200;
const HEAP_SCOPES = 50_000;
const FEW = 1_000;
const MANY = 100_000;

const KINDS: Readonly<Record<string, (n: number) => Scope>> = {
  tag: (n) => ({ kind: "tag", value: `video:video_${n}` }),
  prefix: (n) => ({ kind: "prefix", value: `frames/video_${n}/` }),
  glob: (n) => ({ kind: "glob", value: `frames/video_${n}/*` }),
  key: (n) => ({ kind: "key", value: `transcriptions/video_${n}/transcription.json` }),
};

function mixed(n: number): Scope {
  const kind = (["key", "key", "tag", "prefix"] as const)[n % 4] ?? "key";
  return KINDS[kind]?.(n) ?? { kind: "tenant" };
}

function fill(mirror: TenantMirror, scope: (n: number) => Scope, count: number): void {
  for (let n = 0; n < count; n++) {
    const made = { tenantId: "t", scope: scope(n), mode: "hard", at: 0, node: "n" };
    // As a log gives it: texts of its own, exactly what was written.
    const record = JSON.parse(JSON.stringify(made)) as Omit<LogRecord, "position">;
    mirror.apply({ ...record, position: toPosition(n + 1) });
  }
}

function mirrorOf(count: number): TenantMirror {
  const mirror = new TenantMirror();
  fill(mirror, mixed, count);
  return mirror;
}

function heapNow(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const inherited: readonly ScopeStamp[] = Array.from({ length: 16 }, (_, n) => ({
  scope: { kind: "key", value: `notes/source_${n}/text.json` },
  asOf: toPosition(0),
}));
const copy = { asOf: toPosition(0), tags: ["a", "b", "c", "d"], inherited };

/** Microseconds of a check of a live copy under which nothing ends early. */
function checkUs(mirror: TenantMirror): number {
  const startedAt = performance.now();
  for (let n = 0; n < CHECKS; n++)
    if (mirror.kill("search_results/query/hybrid.json", copy) !== undefined)
      throw new Error("a live copy was called dead");
  return ((performance.now() - startedAt) * 1000) / CHECKS;
}

/** In turns, so that what else runs on the machine meets all of them alike. */
function medians(measures: readonly (() => number)[]): readonly number[] {
  const rounds = Array.from({ length: ROUNDS }, () => measures.map((measure) => measure()));
  return measures.map((_, at) => {
    const sorted = rounds.map((round) => round[at] ?? 0).toSorted((a, b) => a - b);
    return sorted[(ROUNDS - 1) / 2] ?? 0;
  });
}

const heap = Object.entries(KINDS).map(([kind, scope]) => {
  const before = heapNow();
  const mirror = new TenantMirror();
  fill(mirror, scope, HEAP_SCOPES);
  const real = (heapNow() - before) / HEAP_SCOPES;
  return { kind, real, told: mirror.bytes / HEAP_SCOPES, globs: mirror.globs };
});
const [few, many] = [mirrorOf(FEW), mirrorOf(MANY)];
const [fewUs, manyUs] = medians([() => checkUs(few), () => checkUs(many)]);
process.stdout.write(JSON.stringify({ heap, check: { fewUs, manyUs } }));
