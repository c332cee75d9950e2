import { inOrder, type StoredHead } from "@cogniverse/sdk";
import { decodeKey, encodePrefix } from "@cogniverse/sdk/keys";
import { isOutdone } from "../dependencies/own-copies.ts";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { readableHead } from "../tier/readable-head.ts";
import type { HeadAnswer, Tier } from "../tier/tier.ts";

/** So many heads are asked for at a time where a backend cannot list them with its keys. */
const HEADS_AT_A_TIME = 16;

/** Rows of a scan that one call into a tier reads: what surrounds a call costs as much as a row. */
const ROWS_A_CALL = 16;

type Row = StoredHead & Readonly<{ key: string }>;
type Asked = Readonly<{ key: string; answer: HeadAnswer }>;

/** Whether a tier of the plan has a copy that a read would return. */
export async function entryExists(
  engine: Engine,
  tenant: TenantState,
  { path, plan }: Readonly<{ path: string; plan: readonly Tier[] }>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!(await isLive(engine))) return false;
  for (const tier of plan) {
    const head = readableHead(await tier.head(path, tenant.tenantId, { signal }));
    if (head !== undefined && isServable(engine, tenant, { tier, path, head })) return true;
  }
  return false;
}

/** Texts of the keys that a read would find in some tier, sorted. A tier that is down is left out. */
export async function listTexts(
  engine: Engine,
  tenant: TenantState,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const texts = new Set<string>();
  if (!(await isLive(engine))) return [];
  for (const tier of engine.tiers) {
    for await (const { key, head } of headsOf(tier, tenant, encodePrefix(prefix), signal)) {
      if (!isServable(engine, tenant, { tier, path: key, head })) continue;
      const text = decodeKey(key);
      if (text.startsWith(prefix)) texts.add(text);
    }
  }
  return [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Keys and metadata of one tier under a canonical prefix, and after a key; nothing where the tier is down. Returns at the end whether that was all. */
export async function* headsOf(
  tier: Tier,
  tenant: TenantState,
  prefix: string,
  signal: AbortSignal | undefined,
  after?: string,
): AsyncGenerator<Readonly<{ key: string; head: StoredHead }>, boolean> {
  const { scan } = tier.backend;
  if (scan !== undefined && tier.backend.entries !== undefined) {
    const heads = scan.scan(prefix, after, tenant.tenantId, { signal });
    const iterator = heads[Symbol.asyncIterator]();
    try {
      for (;;) {
        const rows: Row[] = [];
        const scanned = await tier.call(
          { what: "scan", tenantId: tenant.tenantId },
          () => take(iterator, rows),
          { signal },
        );
        // Also those that came before the tier failed.
        for (const row of rows) yield { key: row.key, head: row };
        if (!scanned.up || scanned.value === "all") return scanned.up;
      }
    } finally {
      await iterator.return?.();
    }
  }
  const keys = await tier.call(
    { what: "list", tenantId: tenant.tenantId },
    (call) => tier.backend.listKeys(prefix, tenant.tenantId, call),
    { signal },
  );
  if (!keys.up) return false;
  // Canonical keys are ASCII, whose order is that of their bytes.
  const wanted = after === undefined ? keys.value : keys.value.filter((key) => key > after);
  const ask = async (key: string, either: AbortSignal): Promise<Asked> => {
    return { key, answer: await tier.head(key, tenant.tenantId, { signal: either }) };
  };
  let isAll = true;
  for await (const { key, answer } of inOrder(wanted, HEADS_AT_A_TIME, ask, signal)) {
    const head = readableHead(answer);
    if (head !== undefined) yield { key, head };
    isAll &&= answer.up;
  }
  return isAll;
}

/** Adds the next rows as they come. */
async function take(from: AsyncIterator<Row>, rows: Row[]): Promise<"all" | "some"> {
  for (let n = 0; n < ROWS_A_CALL; n++) {
    const next = await from.next();
    if (next.done === true) return "all";
    rows.push(next.value);
  }
  return "some";
}

async function isLive(engine: Engine): Promise<boolean> {
  return engine.coherence.serves() || engine.coherence.renew();
}

/** A copy where it was found. */
export type FoundCopy = Readonly<{ tier: Tier; path: string; head: Pick<StoredHead, "metadata"> }>;

/** Whether a copy may be served now: fresh, not dead, and not outdone. */
export function isServable(engine: Engine, tenant: TenantState, copy: FoundCopy): boolean {
  const { tier, path, head } = copy;
  const { metadata } = head;
  return (
    !isExpired(engine, head) &&
    metadata.logId !== "" &&
    engine.coherence.serves() &&
    !engine.isDead(tenant.mirror, path, metadata) &&
    !isOutdone(engine, tenant, tier, path, metadata)
  );
}

/** Whether its time is over, by this node's clock. */
export function isExpired({ clock }: Engine, { metadata }: Pick<StoredHead, "metadata">): boolean {
  return metadata.expiresAt !== null && metadata.expiresAt <= clock.now();
}
