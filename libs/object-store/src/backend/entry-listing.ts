import {
  inOrder,
  type BackendStats,
  type Call,
  type Clock,
  type KeyScan,
  type StoredHead,
} from "@cogniverse/sdk";
import type { ObjectLayout } from "../layout.ts";
import type { ListedObject, ObjectClient } from "../object-client.ts";
import type { EntryReader } from "./entry-reader.ts";

/** For how long figures of a tenant are given again before its objects are listed anew, in milliseconds. */
const FIGURES_MS = 10_000;
/** Tenants whose figures are remembered. */
const MOST_TENANTS = 1024;

/** What {@link EntryListing} needs. */
export interface EntryListingOptions {
  readonly client: ObjectClient;
  readonly layout: ObjectLayout;
  readonly reader: EntryReader;
  readonly clock: Clock;
  /** Requests for headers under way at once. */
  readonly concurrency: number;
  /** Throws where the tier was closed. */
  readonly check: () => void;
}

/** Walks the objects of a tenant. Where a listing has no headers, each object costs one request for them. */
export class EntryListing implements KeyScan {
  readonly #options: EntryListingOptions;
  readonly #figures = new Map<string, Readonly<{ stats: BackendStats; until: number }>>();

  constructor(options: EntryListingOptions) {
    this.#options = options;
  }

  async *scan(
    prefix: string,
    after: string | undefined,
    tenantId: string,
    call?: Call,
  ): AsyncGenerator<StoredHead & { readonly key: string }, void, undefined> {
    const { layout, concurrency, check } = this.#options;
    const start = layout.tenant(tenantId);
    check();
    for await (const page of this.#pages(start + prefix, after && start + after, call)) {
      const head = (listed: ListedObject, signal: AbortSignal): Promise<StoredHead | undefined> =>
        this.#head(listed, signal);
      let i = 0;
      for await (const found of inOrder(page, concurrency, head, call?.signal)) {
        const name = page[i++]?.name ?? "";
        check();
        if (found !== undefined) yield { key: name.slice(start.length), ...found };
      }
    }
  }

  async keys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { key } of this.scan(prefix, undefined, tenantId, call)) found.push(key);
    // Canonical paths are ASCII, for which the default order is that of bytes; some stores list in another.
    return found.toSorted();
  }

  /** From listings alone, so that what expired and was not removed yet counts too; up to ten seconds old. */
  async stats(tenantId: string, call?: Call): Promise<BackendStats> {
    const { clock, layout } = this.#options;
    const known = this.#figures.get(tenantId);
    if (known !== undefined && clock.monotonic() < known.until) return known.stats;
    const until = clock.monotonic() + FIGURES_MS;
    let [entries, bytes] = [0, 0];
    for await (const page of this.#pages(layout.tenant(tenantId), undefined, call)) {
      entries += page.length;
      bytes += page.reduce((sum, listed) => sum + listed.bytes, 0);
    }
    const stats: BackendStats = { entries, bytes, exact: false };
    if (this.#figures.size >= MOST_TENANTS) this.#figures.clear();
    this.#figures.set(tenantId, { stats, until });
    return stats;
  }

  /** Its figures are asked for anew next time. */
  forget(tenantId: string): void {
    this.#figures.delete(tenantId);
  }

  #pages(
    prefix: string,
    after: string | undefined,
    call: Call | undefined,
  ): AsyncIterable<readonly ListedObject[]> {
    return this.#options.client.list(prefix, { after }, call);
  }

  async #head(listed: ListedObject, signal: AbortSignal): Promise<StoredHead | undefined> {
    const { client, reader } = this.#options;
    if (listed.headers !== undefined)
      return reader.listed({ etag: listed.etag, headers: listed.headers });
    const info = await client.head(listed.name, { signal });
    return info && reader.listed(info);
  }
}
