import { isUnreadable, START, type MissCause, type Scope, type StoredHead } from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";
import type { Engine } from "../engine/engine.ts";
import type { KnownKey } from "../keys/key-registry.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { HeadAnswer, Tier } from "../tier/tier.ts";
import type { KillReport } from "./kill-report.ts";
import { KillReports } from "./kill-reports.ts";
import { isExpired, isServable } from "./listing.ts";

/**
 * One tier's copy of a key. Milliseconds; `remainingMs` `null` = never expires. `why`: why it would not be served. `killedBy`: the record, where one did; an
 * `invalidated` copy without one died with its log, which another replaced, or only this node has it and something was derived from other content.
 */
export type CopyInfo = Readonly<
  | { tier: string; state: "valid"; copy: CopyDetails }
  | { tier: string; state: "refused"; why: MissCause; killedBy?: KillReport; copy?: CopyDetails }
>;

/** What is known of a copy. `createdAt`: epoch milliseconds of its maker; `bytes` before compression. */
export type CopyDetails = Readonly<{
  createdAt: number;
  ageMs: number;
  remainingMs: number | null;
  bytes: number;
  contentType: string;
  encodings: readonly string[];
  computeMs: number;
  tags: readonly string[];
  sources: readonly Scope[];
  logId: string;
  position: number;
  user: Readonly<Record<string, string>>;
}>;

/**
 * Why a key is served, or not. `records`: what would kill any older copy of it, latest first, also where no tier has a copy any more; the tags by which a
 * copy died are known as long as one is there, those that follow from the key always. `isCurrent`: the log could be read; else there may be records
 * that this process has not heard of.
 */
export type KeyExplanation = Readonly<{
  key: string;
  copies: readonly CopyInfo[];
  records: readonly KillReport[];
  isCurrent: boolean;
}>;

/** Asks every tier for its copy's metadata. */
export async function inspectKey(
  engine: Engine,
  tenant: TenantState,
  key: KnownKey,
  signal: AbortSignal | undefined,
): Promise<readonly CopyInfo[]> {
  const reports = new KillReports(engine, signal);
  return copiesOf({ engine, tenant, path: key.path, signal, reports });
}

/** As {@link inspectKey}, with the records that speak of the key whatever the tiers hold. */
export async function explainKey(
  engine: Engine,
  tenant: TenantState,
  key: KnownKey,
  signal: AbortSignal | undefined,
): Promise<KeyExplanation> {
  const reports = new KillReports(engine, signal);
  const copies = await copiesOf({ engine, tenant, path: key.path, signal, reports });
  const known = copies.flatMap(({ copy }) => copy ?? []);
  const tags = [...new Set([...key.tags, ...known.flatMap((copy) => copy.tags)])];
  const sources = known.flatMap((copy) => copy.sources);
  const inherited = sources.map((scope) => ({ scope, asOf: START }));
  const isCurrent = engine.coherence.serves();
  const kills = tenant.mirror.killsOf(key.path, { tags, inherited });
  const records = await Promise.all(kills.map((kill) => reports.of(kill)));
  return { key: decodeKey(key.path), copies, records, isCurrent };
}

type Inspected = Readonly<{
  engine: Engine;
  tenant: TenantState;
  path: string;
  signal: AbortSignal | undefined;
  reports: KillReports;
}>;

async function copiesOf(inspected: Inspected): Promise<readonly CopyInfo[]> {
  const { engine, tenant, path, signal } = inspected;
  if (!engine.coherence.serves()) await engine.coherence.renew();
  return Promise.all(
    engine.tiers.map(async (tier) =>
      describe(inspected, tier, await tier.head(path, tenant.tenantId, { signal })),
    ),
  );
}

async function describe(
  { engine, tenant, path, reports }: Inspected,
  at: Tier,
  answer: HeadAnswer,
): Promise<CopyInfo> {
  const { name: tier } = at;
  if (!answer.up) return { tier, state: "refused", why: "tier-down" };
  if (answer.value === undefined) return { tier, state: "refused", why: "absent" };
  if (isUnreadable(answer.value)) return { tier, state: "refused", why: answer.value.unreadable };
  const { metadata } = answer.value;
  const copy = details(engine, answer.value);
  if (metadata.logId === "") return { tier, state: "refused", why: "foreign", copy };
  const found = { tier: at, path, head: answer.value };
  if (isServable(engine, tenant, found)) return { tier, state: "valid", copy };
  if (!engine.coherence.serves()) return { tier, state: "refused", why: "log-down", copy };
  const isOwn = metadata.logId === engine.coherence.logId;
  const kill = isOwn ? tenant.mirror.explain(path, metadata) : undefined;
  if (kill !== undefined)
    return { tier, state: "refused", why: "invalidated", copy, killedBy: await reports.of(kill) };
  const isExpiredOnly = isOwn && isExpired(engine, answer.value);
  return { tier, state: "refused", why: isExpiredOnly ? "expired" : "invalidated", copy };
}

function details(engine: Engine, { metadata, ageMs }: StoredHead): CopyDetails {
  const now = engine.clock.now();
  const {
    expiresAt,
    createdAt,
    decodedBytes: bytes,
    contentType,
    encodings,
    computeMs,
    tags,
    logId,
    asOf,
    user,
  } = metadata;
  return {
    createdAt,
    ageMs: ageMs ?? Math.max(0, now - createdAt),
    remainingMs: expiresAt === null ? null : expiresAt - now,
    bytes,
    contentType,
    encodings,
    computeMs,
    tags,
    sources: metadata.inherited.map((stamp) => stamp.scope),
    logId,
    position: asOf,
    user,
  };
}
