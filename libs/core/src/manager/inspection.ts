import {
  isUnreadable,
  type MissCause,
  type Scope,
  type StoredHead,
  type UnreadableCopy,
} from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";
import type { Engine } from "../engine/engine.ts";
import type { Kill } from "../invalidation/verdict.ts";
import type { KnownKey } from "../keys/key-registry.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier, TierAnswer } from "../tier/tier.ts";
import { headsOf, isServable } from "./listing.ts";

/** One tier's copy of a key. Milliseconds; `remainingMs` `null` = never expires. `why`: why it would not be served. `killedBy`: the record, where one did. */
export type CopyInfo = Readonly<
  | { tier: string; state: "valid"; copy: CopyDetails }
  | { tier: string; state: "refused"; why: MissCause; killedBy?: Kill; copy?: CopyDetails }
>;

/** What is known of a copy. `bytes` before compression. */
export type CopyDetails = Readonly<{
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

/** What an invalidation would kill, by tier; an entry that two tiers hold counts in both. `keys`: distinct ones. */
export type ScopePreview = Readonly<{ keys: number; byTier: Readonly<Record<string, number>> }>;

/** Asks every tier for its copy's metadata. */
export async function inspectKey(
  engine: Engine,
  tenant: TenantState,
  key: KnownKey,
  signal: AbortSignal | undefined,
): Promise<readonly CopyInfo[]> {
  if (!engine.coherence.serves()) await engine.coherence.renew();
  return Promise.all(
    engine.tiers.map(async (tier) => {
      const answer = await tier.call(
        { what: "head", tenantId: tenant.tenantId },
        (call) => tier.entries.headEntry(key.path, tenant.tenantId, call),
        { signal },
      );
      return describe(engine, tenant, key, tier, answer);
    }),
  );
}

function describe(
  engine: Engine,
  tenant: TenantState,
  key: KnownKey,
  { name: tier }: Tier,
  answer: TierAnswer<StoredHead | UnreadableCopy | undefined>,
): CopyInfo {
  if (!answer.up) return { tier, state: "refused", why: "tier-down" };
  if (answer.value === undefined) return { tier, state: "refused", why: "absent" };
  if (isUnreadable(answer.value)) return { tier, state: "refused", why: answer.value.unreadable };
  const { metadata } = answer.value;
  const copy = details(engine, answer.value);
  if (metadata.logId === "") return { tier, state: "refused", why: "foreign", copy };
  if (isServable(engine, tenant, key.path, answer.value)) return { tier, state: "valid", copy };
  if (copy.remainingMs !== null && copy.remainingMs <= 0)
    return { tier, state: "refused", why: "expired", copy };
  if (!engine.coherence.serves()) return { tier, state: "refused", why: "log-down", copy };
  const kill = tenant.mirror.kill(key.path, metadata);
  return {
    tier,
    state: "refused",
    why: "invalidated",
    copy,
    ...(kill === undefined ? {} : { killedBy: kill }),
  };
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

/** Counts the living entries that the scope covers, by their key, tags or sources. */
export async function previewScope(
  engine: Engine,
  tenant: TenantState,
  scope: Scope,
  signal: AbortSignal | undefined,
): Promise<ScopePreview> {
  const keys = new Set<string>();
  const byTier: Record<string, number> = {};
  if (!engine.coherence.serves()) await engine.coherence.renew();
  for (const tier of engine.tiers) {
    byTier[tier.name] = 0;
    for await (const { key, head } of headsOf(tier, tenant, "", signal)) {
      if (!isServable(engine, tenant, key, head) || !falls(scope, key, head)) continue;
      byTier[tier.name] = (byTier[tier.name] ?? 0) + 1;
      keys.add(key);
    }
  }
  return { keys: keys.size, byTier };
}

function falls(scope: Scope, key: string, { metadata }: StoredHead): boolean {
  return (
    covers(scope, { kind: "key", value: key }) ||
    metadata.tags.some((tag) => covers(scope, { kind: "tag", value: tag })) ||
    metadata.inherited.some((stamp) => covers(scope, stamp.scope))
  );
}
