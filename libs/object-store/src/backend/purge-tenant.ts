import type { BackendPurgeOptions } from "@cogniverse/sdk";
import type { ObjectLayout } from "../layout.ts";
import type { ObjectClient } from "../object-client.ts";
import type { RecentCopies } from "./recent-copies.ts";

/** What {@link purgeTenant} needs. */
type Parts = Readonly<{ client: ObjectClient; layout: ObjectLayout; recent: RecentCopies }>;

/** Deletes every object below a tenant's prefix, whoever put it there, a page of the listing at a time; no headers are asked for. Then what is on its way there in parts. */
export async function purgeTenant(
  { client, layout, recent }: Parts,
  tenantId: string,
  { signal, onRemoved }: BackendPurgeOptions,
): Promise<number> {
  let removed = 0;
  for await (const page of client.list(layout.tenant(tenantId), {}, { signal })) {
    signal?.throwIfAborted();
    const names = page.map(({ name }) => name);
    for (const name of names) recent.forget(name);
    if (names.length > 0) await client.deleteMany(names, { signal });
    removed += names.length;
    onRemoved?.(removed);
  }
  await client.abortUploads?.(layout.tenant(tenantId), { signal });
  return removed;
}
