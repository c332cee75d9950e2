import type { ObjectLayout } from "../layout.ts";
import type { ListedObject, ObjectClient } from "../object-client.ts";
import type { HeadDocument } from "./head-document.ts";

/** How long a snapshot stays that the head does not name, for readers who saw an older head: 1 h on the server's clock. */
const SNAPSHOT_GRACE_MS = 3_600_000;

type Snapshot = Readonly<{ name: string; logId: string; generation: number; modifiedAt: number }>;

/**
 * Removes the snapshots that no head names any more, some time after. `head` is one that this process has just put in place with a snapshot of its own: all others of its
 * generation and before were made from snapshots that stand no more, so no head will ever name them (see `LogFolder.folded`), and a reader who misses one looks
 * at the head again. `atOnce`: those of this log go without waiting, since they say what is to be forgotten; readers who miss one then look again. Time is told by the server alone: the newest snapshot's instant less the one at which a successor came.
 */
export async function sweepSnapshots(
  client: ObjectClient,
  layout: ObjectLayout,
  head: HeadDocument,
  atOnce: boolean = false,
): Promise<void> {
  const { snapshot, logId } = head;
  if (snapshot === null) return;
  for await (const page of client.list(layout.logSnapshots)) {
    const found = await Promise.all(page.map((listed) => identify(client, layout, listed)));
    const now = found.find((one) => one?.name === snapshot.name)?.modifiedAt;
    const known = found.filter((one) => one !== undefined);
    const current = now ?? (await client.head(snapshot.name))?.modifiedAt;
    if (current === undefined) return;
    const over = known.filter(
      (one) =>
        one.name !== snapshot.name &&
        (one.logId !== logId || one.generation <= snapshot.generation) &&
        ((atOnce && one.logId === logId) ||
          current - unnamedSince(one, known) >= SNAPSHOT_GRACE_MS),
    );
    if (over.length > 0) await client.deleteMany(over.map(({ name }) => name));
  }
}

/** When the head came to name a later one, or an orphan was written. */
function unnamedSince(one: Snapshot, all: readonly Snapshot[]): number {
  const successors = all.filter(
    ({ logId, generation }) => logId === one.logId && generation === one.generation + 1,
  );
  return Math.max(one.modifiedAt, ...successors.map(({ modifiedAt }) => modifiedAt));
}

async function identify(
  client: ObjectClient,
  layout: ObjectLayout,
  { name, modifiedAt }: ListedObject,
): Promise<Snapshot | undefined> {
  const match = /^([^/]+)\/(\d+)-[^/]+\.json$/.exec(name.slice(layout.logSnapshots.length));
  const at = modifiedAt ?? (await client.head(name))?.modifiedAt;
  if (match === null || at === undefined) return undefined;
  return { name, logId: match[1] ?? "", generation: Number(match[2]), modifiedAt: at };
}
