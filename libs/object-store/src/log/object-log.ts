import {
  CacheError,
  DEFAULT_NETWORK_LEASE_MS,
  type AppendOptions,
  type BackendContext,
  type Call,
  type InvalidationLog,
  type LogDelta,
  type LogHead,
  type LogSnapshot,
  type LogRecord,
  type NewRecord,
  type Options,
  type Position,
  type ShortCut,
} from "@cogniverse/sdk";
import type { ObjectLayout } from "../layout.ts";
import type { ObjectClient } from "../object-client.ts";
import { placeOf, tailStart, type HeadDocument } from "./head-document.ts";
import { HeadWriter } from "./head-writer.ts";
import { LatestHead } from "./latest-head.ts";
import { isOf, LogFolder, type Forgotten, type TailLimits } from "./log-folder.ts";
import { LogObjects, type KnownHead } from "./log-objects.ts";
import { summarize } from "./log-summary.ts";
import { sweepSnapshots } from "./snapshot-broom.ts";
import { Turns } from "./turns.ts";

/** Others may fold so often while one node has a tenant forgotten. */
const MOST_FORGETTINGS = 8;

/** How a log treats its head. */
export type ObjectLogOptions = Options<{
  /** What the head holds at most before older records go to a snapshot: {@link TAIL_LIMITS}. */
  limits: TailLimits;
  /** Milliseconds that two replacements of the head by this process begin apart at least: 0. */
  intervalMs: number;
}>;

/**
 * The invalidation log of a deployment in an object store (protocol rule 13): one head object, replaced by conditional PUT, and a snapshot of what is
 * older than its records. An append is one PUT for all callers that wait, a read one conditional GET. The first node to look makes the log.
 */
export class ObjectLog implements InvalidationLog {
  readonly #client: ObjectClient;
  readonly #layout: ObjectLayout;
  readonly #context: BackendContext;
  readonly #objects: LogObjects;
  readonly #folder: LogFolder;
  readonly #latest: LatestHead;
  readonly #writer: HeadWriter;
  readonly #forgetting = new Turns();
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(
    client: ObjectClient,
    layout: ObjectLayout,
    context: BackendContext,
    { limits, intervalMs = 0 }: ObjectLogOptions = {},
  ) {
    this.#client = client;
    this.#layout = layout;
    this.#context = context;
    this.#objects = new LogObjects(client, layout, context);
    const leaseMs = context.networkLeaseMs ?? DEFAULT_NETWORK_LEASE_MS;
    this.#latest = new LatestHead(this.#objects, context, leaseMs);
    this.#folder = new LogFolder(this.#objects, this.#latest, context, limits);
    this.#writer = new HeadWriter({
      latest: this.#latest,
      objects: this.#objects,
      folder: this.#folder,
      context,
      intervalMs,
      replaced: (head, before) => this.#replaced(head, before),
    });
  }

  get leaseMs(): number {
    return this.#latest.leaseMs;
  }

  async append(
    records: readonly NewRecord[],
    options?: AppendOptions,
  ): Promise<LogHead | undefined> {
    const wanted = { type: "append", records, unless: options?.unless } as const;
    return this.#run(options, () => this.#writer.join(wanted, options?.signal));
  }

  /** One more part of a replacement of the head, together with the appends that wait. What `edit` throws is the caller's alone. */
  async changeShortCut(
    edit: (now: ShortCut) => ShortCut | undefined,
    call?: Call,
  ): Promise<LogHead> {
    return this.#run(call, () => this.#writer.join({ type: "edit", edit }, call?.signal));
  }

  async head(call?: Call): Promise<LogHead> {
    return placeOf((await this.#current(call)).head);
  }

  async read(from: LogHead, call?: Call): Promise<LogDelta> {
    const { head } = await this.#current(call);
    const start = tailStart(head);
    const place = placeOf(head);
    if (from.logId !== head.logId || from.position > head.position || from.position < start)
      return { type: "reset", head: place };
    return { type: "records", head: place, records: head.records.slice(from.position - start) };
  }

  async snapshot(call?: Call): Promise<LogSnapshot> {
    const { head, records } = await this.#said(call);
    return { head: placeOf(head), records: summarize(records) };
  }

  /** All records of a head and its snapshot, in order. */
  async #said(
    call: Call | undefined,
  ): Promise<Readonly<{ head: HeadDocument; records: readonly LogRecord[] }>> {
    for (let missing: string | undefined; ;) {
      const { head } = await this.#current(call);
      const { snapshot, logId } = head;
      if (snapshot === null) return { head, records: head.records };
      // Gone twice under one name, it was not replaced meanwhile.
      if (snapshot.name === missing) throw this.#objects.missing(missing);
      const found = await this.#run(call, () => this.#objects.readSnapshot(snapshot, logId, call));
      missing = snapshot.name;
      if (found === undefined) continue;
      const later = head.records.filter(({ position }) => position > found.position);
      return { head, records: [...found.records, ...later] };
    }
  }

  /**
   * By a snapshot that leaves it out, and a head without records before `before`; then the snapshots before that one are removed. One that another node is just
   * writing from what was there goes unnamed, and is removed with a later fold. Several go one after the other, each from the head that the one before it left.
   */
  async forgetTenant(tenantId: string, before: Position, call?: Call): Promise<void> {
    return this.#forgetting.take(() => this.#forget({ tenantId, before }, call), call?.signal);
  }

  async #forget(forgotten: Forgotten, call: Call | undefined): Promise<void> {
    const { tenantId, before } = forgotten;
    for (let tries = 0; tries < MOST_FORGETTINGS; tries++) {
      const { head, records } = await this.#said(call);
      const isCovered = records.some(
        ({ scope, mode, position, ...one }) =>
          one.tenantId === tenantId &&
          scope.kind === "tenant" &&
          mode === "hard" &&
          position >= before,
      );
      if (!isCovered) return;
      // The head may hold again what a snapshot has made of later records.
      if (![...records, ...head.records].some((one) => isOf(one, forgotten)))
        return this.#run(call, () => sweepSnapshots(this.#client, this.#layout, head, true));
      await this.#run(call, async () => {
        const isReady = await this.#folder.forget(head, forgotten);
        if (isReady) await this.#writer.join({ type: "renew" }, call?.signal);
      });
    }
    throw new CacheError(
      "tier_unavailable",
      `Tier "${this.#context.tier}": other nodes replace the snapshot of the invalidation log all the time`,
      { retryable: true },
    );
  }

  /** Finishes what is under way and refuses new calls with `closed`. Idempotent; the client stays open. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      while (this.#running.size > 0) await Promise.allSettled(this.#running);
      await this.#writer.idle();
    })();
    return this.#closed;
  }

  /**
   * The head as of some moment after the call began, in a log that knows the D that this node goes by, be it one that it was told of by a log before this:
   * whoever appends after that moment waits for as long as this node may serve what it was told here.
   */
  async #current(call: Call | undefined): Promise<KnownHead> {
    return this.#run(call, async () => {
      for (;;) {
        const known = await this.#latest.read(call);
        if (known.head.leaseMs >= this.leaseMs) return known;
        await this.#writer.join({ type: "renew" }, call?.signal);
      }
    });
  }

  #replaced(head: HeadDocument, before: HeadDocument): void {
    if (head.snapshot !== null && head.snapshot.name !== before.snapshot?.name)
      this.#behind("old snapshots of the log could not be removed", () =>
        sweepSnapshots(this.#client, this.#layout, head),
      );
    // Whoever went over the limit folds; others only where that one seems to be gone.
    const first = this.#folder.exceeds(head) && !this.#folder.exceeds(before);
    if (first || this.#folder.exceeds(head, 2))
      this.#behind("the log could not be folded", async () => {
        if (await this.#folder.fold(head)) await this.#writer.join({ type: "renew" });
      });
  }

  /** Nobody waits for it; a later append tries again. */
  #behind(failure: string, work: () => Promise<void>): void {
    const { logger, tier } = this.#context;
    void this.#track(work()).catch((error: unknown) =>
      logger.warn(`Tier "${tier}": ${failure}`, { tier, error: String(error) }),
    );
  }

  async #run<T>(call: Call | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined)
      throw new CacheError("closed", `Tier "${this.#context.tier}" was closed`);
    call?.signal?.throwIfAborted();
    return this.#track(work());
  }

  async #track<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }
}
