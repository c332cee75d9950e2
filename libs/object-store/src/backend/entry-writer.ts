import {
  CacheError,
  type BackendContext,
  type Bytes,
  type Call,
  type WriteCondition,
} from "@cogniverse/sdk";
import type { ObjectClient, ObjectWrite } from "../object-client.ts";
import { pauseBefore } from "../pause.ts";
import type { EntryReader } from "./entry-reader.ts";
import type { CopyOrder, FoundCopy, RecentCopies } from "./recent-copies.ts";
import type { Removals } from "./removals.ts";

/** Refusals in a row without any change to the object, after which the service is not asked again. */
const MOST_REFUSALS = 8;

/** An entry as it is sent. */
export type OutgoingEntry = Readonly<{
  name: string;
  data: Bytes;
  order: CopyOrder;
  write: Omit<ObjectWrite, "condition">;
}>;

/** Writes entries under the conditions of this cache with those of the service: nothing there, or this etag. */
export class EntryWriter {
  readonly #client: ObjectClient;
  readonly #reader: EntryReader;
  readonly #recent: RecentCopies;
  readonly #removals: Removals;
  readonly #context: BackendContext;

  constructor(
    client: ObjectClient,
    reader: EntryReader,
    { recent, removals }: Readonly<{ recent: RecentCopies; removals: Removals }>,
    context: BackendContext,
  ) {
    this.#client = client;
    this.#reader = reader;
    this.#recent = recent;
    this.#removals = removals;
    this.#context = context;
  }

  /** The new etag; `undefined`: the condition was not met. */
  async put(
    entry: OutgoingEntry,
    condition: WriteCondition | undefined,
    call?: Call,
  ): Promise<string | undefined> {
    if (condition === undefined) return this.#send(entry, undefined, call);
    if (condition.if === "match")
      return this.#send(entry, { if: "match", etag: condition.etag }, call);
    if (condition.if === "absent")
      return this.#replace(entry, (copy) => this.#countsAsAbsent(copy), call);
    const { asOf } = condition;
    const { logId } = entry.order;
    const mayReplace = (copy: FoundCopy["copy"]): boolean =>
      copy === "unsupported" ||
      this.#countsAsAbsent(copy) ||
      (typeof copy === "object" && (copy.logId !== logId || copy.asOf <= asOf));
    return this.#replace(entry, mayReplace, call);
  }

  /**
   * Writes where nothing is, or over exactly the copy that `mayReplace` let go: what another process writes after the look makes the service refuse, and
   * the look is taken anew. Each refusal but a few in a row means that somebody else's write landed, so all of them together end.
   */
  async #replace(
    entry: OutgoingEntry,
    mayReplace: (copy: FoundCopy["copy"]) => boolean,
    call: Call | undefined,
  ): Promise<string | undefined> {
    const { name } = entry;
    const remembered = this.#recent.get(name);
    let found = remembered !== undefined && mayReplace(remembered.copy) ? remembered : undefined;
    for (let refusals = 0; ;) {
      const etag = await this.#send(
        entry,
        found === undefined ? { if: "absent" } : { if: "match", etag: found.etag },
        call,
      );
      if (etag !== undefined) return etag;
      const now = await this.#reader.found(name, call);
      if (now !== undefined && !mayReplace(now.copy)) return undefined;
      refusals = now?.etag === found?.etag ? refusals + 1 : 0;
      if (refusals > MOST_REFUSALS) throw this.#refused(name);
      if (refusals > 0) await pauseBefore(refusals, this.#context, call?.signal);
      found = now;
    }
  }

  async #send(
    { name, data, order, write }: OutgoingEntry,
    condition: ObjectWrite["condition"],
    call: Call | undefined,
  ): Promise<string | undefined> {
    const removing = this.#removals.over(name, call?.signal);
    if (removing !== undefined) await removing;
    const sent = condition === undefined ? write : { ...write, condition };
    const etag = await this.#client.write(name, data, sent, call);
    if (etag === undefined) this.#recent.forget(name);
    else this.#recent.saw(name, etag, order);
    return etag;
  }

  #countsAsAbsent(copy: FoundCopy["copy"]): boolean {
    if (typeof copy !== "object") return copy === "corrupt";
    return copy.expiresAt !== null && copy.expiresAt <= this.#context.clock.now();
  }

  #refused(name: string): CacheError {
    return new CacheError(
      "throttled",
      `Tier "${this.#context.tier}" refuses a conditional write of "${name}" although nobody else writes it; ` +
        "see the finding `conditional-writes` of `cogniverse-cache doctor`",
      { retryable: true },
    );
  }
}
