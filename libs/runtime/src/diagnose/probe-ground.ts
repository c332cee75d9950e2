import { checksum, FramedEntries } from "@cogniverse/core";
import {
  type Bytes,
  type CacheBackend,
  type Call,
  type Clock,
  type Entry,
  type EntryStore,
  isUnreadable,
  plainEntry,
  type StoredEntry,
} from "@cogniverse/sdk";
import { withinLimit } from "../examine/within-limit.ts";

/**
 * The tenant of whatever is only tried. No user's can have this name, since `checkTenant` refuses a leading `__`; it goes straight to
 * backends, which take tenants as they are.
 */
export const PROBE_TENANT = "__doctor";
/** What a killed doctor leaves behind dies by itself after this many seconds. */
const TTL_SECONDS = 600;
/** How long removing what was tried may take, in milliseconds. */
const CLEAN_UP_LIMIT_MS = 5000;

/** What {@link ProbeGround} needs. */
export interface ProbeGroundOptions {
  readonly backend: CacheBackend;
  readonly clock: Clock;
  /** A part of every key: two doctors never meet. */
  readonly run: string;
  /** How long one call may take. */
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A reserved corner of one backend, to try things in. It knows which keys were used, and removes them. */
export class ProbeGround {
  readonly backend: CacheBackend;
  readonly clock: Clock;
  readonly entries: EntryStore;
  readonly #options: ProbeGroundOptions;
  readonly #keys = new Set<string>();
  readonly #pending = new Set<Promise<unknown>>();

  constructor(options: ProbeGroundOptions) {
    this.#options = options;
    this.backend = options.backend;
    this.clock = options.clock;
    this.entries = options.backend.entries ?? new FramedEntries(options.backend, options.clock);
  }

  /** Where all keys of this run are. */
  get prefix(): string {
    return `doctor/${this.#options.run}/`;
  }

  /** A key of this run; it is removed at the end. */
  key(name: string): string {
    const key = `${this.prefix}${name}`;
    this.#keys.add(key);
    return key;
  }

  /** An entry that dies by itself soon. */
  entry(data: Bytes, mark: string): Entry {
    const plain = plainEntry(data, {
      now: this.clock.now(),
      ttl: TTL_SECONDS,
      user: { doctor: mark, grüße: "ünïcode ✓" },
    });
    return { data, metadata: { ...plain.metadata, checksum: checksum(data) } };
  }

  /** One call within the limit. `what` begins a sentence: "A write". */
  async call<R>(what: string, run: (call: Call) => Promise<R>): Promise<R> {
    const { clock, limitMs, signal } = this.#options;
    return withinLimit(what, { clock, limitMs, signal }, (call) => {
      const running = run(call);
      const settled = running.then(
        () => undefined,
        () => undefined,
      );
      this.#pending.add(settled);
      void settled.finally(() => this.#pending.delete(settled));
      return running;
    });
  }

  /** The copy that is there, or `undefined`. */
  async read(key: string): Promise<StoredEntry | undefined> {
    const answer = await this.call("A read", (call) =>
      this.entries.getEntry(key, PROBE_TENANT, call),
    );
    return answer === undefined || isUnreadable(answer) ? undefined : answer;
  }

  /** The new etag, or `undefined`. */
  write(key: string, entry: Entry): Promise<string | undefined> {
    return this.call("A write", (call) =>
      this.entries.putEntry(key, entry, PROBE_TENANT, undefined, call),
    );
  }

  /** Removes whatever was written, also by calls that are still under way. Resolves with the keys that are there all the same. */
  async cleanUp(): Promise<readonly string[]> {
    const { clock } = this.#options;
    const limit = { clock, limitMs: CLEAN_UP_LIMIT_MS };
    return withinLimit("Removing what was tried", limit, async (call) => {
      await Promise.all(this.#pending);
      const left: string[] = [];
      const keys = [...this.#keys].values();
      const worker = async (): Promise<void> => {
        for (const key of keys) if (!(await this.#remove(key, call))) left.push(key);
      };
      await Promise.all([worker(), worker(), worker(), worker()]);
      return left;
    });
  }

  async #remove(key: string, call: Call): Promise<boolean> {
    await this.backend.delete(key, PROBE_TENANT, call);
    return !(await this.backend.exists(key, PROBE_TENANT, call));
  }
}
