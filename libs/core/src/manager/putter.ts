import {
  CacheError,
  START,
  type Attributes,
  type Call,
  type Invalidation,
  type LogHead,
  type LogPlace,
  type NewRecord,
  type Position,
  type PutOptions,
} from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { Coherence } from "../invalidation/coherence.ts";
import { acknowledged } from "../stats/acknowledged.ts";
import { keyAttributes } from "../trace/read-attributes.ts";
import { traced, type Traced } from "../trace/traced.ts";
import { checkTag } from "../keys/check-tag.ts";
import type { EncodedPut, Shipper } from "./shipper.ts";
import type { Invalidator } from "./invalidator.ts";
import type { Target } from "./target.ts";

/** When a put was called: where the mirror stood, and where the log was, which is asked for then. */
type Beginning = Readonly<{ mirror: LogPlace; head: () => Promise<LogHead> }>;

/** A put under way: what goes where, with which tags, when it began, and from when its maker knew the log. */
interface Putting {
  readonly target: Target;
  readonly encoded: EncodedPut;
  readonly tags: readonly string[];
  readonly since: LogPlace | undefined;
  readonly beginning: Beginning;
  readonly options: PutOptions<never>;
}

/** What a put said in the log. `from`: after where nothing may cover it. `head`: its record's place; `undefined` where something does. */
type Spoken = Readonly<{ from: LogPlace; head: LogHead | undefined }>;

/** A put that is over. `bytes`: encoded, before compression. */
type Put = Readonly<{ result: Invalidation; bytes: number }>;

/** Explicit puts: protocol rule 14. */
export class Putter {
  readonly #engine: Engine;
  readonly #shipper: Shipper;
  readonly #invalidator: Invalidator;

  constructor(engine: Engine, shipper: Shipper, invalidator: Invalidator) {
    this.#engine = engine;
    this.#shipper = shipper;
    this.#invalidator = invalidator;
  }

  /** Bad values are refused before anything was touched. */
  async put(target: Target, value: unknown, options: PutOptions<never>): Promise<Invalidation> {
    const { tenantId } = target.tenant;
    const about = (): Traced => ({
      name: "cache.put",
      tenantId,
      attributes: keyAttributes(target),
    });
    const run = (): Promise<Put> => this.#put(target, value, options);
    const { result } = await traced(this.#engine, about, run, describe);
    return result;
  }

  async #put(target: Target, value: unknown, options: PutOptions<never>): Promise<Put> {
    const startedAt = this.#engine.clock.monotonic();
    const { tenant, key, family } = target;
    const since = checkSince(options.since);
    const tags = [...new Set([...key.tags, ...(options.tags ?? []).map(checkTag)])];
    checkUser(options.metadata ?? {});
    // Before anything is waited for: a large value is encoded for a while.
    const beginning = this.#begin(key.immutable || since !== undefined, signalOf(options));
    const encoded = await this.#shipper.encode(key, family, value);
    const putting = { target, encoded, tags, since, beginning, options };
    const outcome = await this.#send(putting);
    const asked = { tenantId: tenant.tenantId, operation: "put", startedAt } as const;
    const result = acknowledged(this.#engine, asked, outcome);
    return { result, bytes: encoded.encoded.decodedBytes };
  }

  /** `isPlaced`: nobody will need the log's head. */
  #begin(isPlaced: boolean, call: Call): Beginning {
    const { coherence } = this.#engine;
    const { logId, position } = coherence;
    const head = isPlaced ? undefined : this.#headOnceRead(call);
    head?.catch(() => undefined); // whoever needs it awaits it
    return { mirror: { logId, position }, head: () => head ?? coherence.head(call) };
  }

  async #headOnceRead(call: Call): Promise<LogHead> {
    const { coherence } = this.#engine;
    if (!coherence.serves()) await coherence.renew();
    return coherence.head(call);
  }

  /** Order: record durable, then the tiers and the acknowledgement side by side. */
  async #send(putting: Putting): Promise<Omit<Invalidation, "elapsedMs">> {
    const { coherence } = this.#engine;
    const { target, encoded, tags, options } = putting;
    const { tenant, key } = target;
    foretell(target);
    const head = await this.#speak(putting);
    tenant.counters.puts++;
    if (head === undefined) {
      tenant.counters.superseded++;
      return { position: coherence.position, superseded: true, nodes: 0 };
    }
    if (!key.immutable) tenant.sources.settled(key.path, encoded.encoded.digest);
    // The caller's predicate takes the key's own value type, which is what it put.
    const stays = options.shouldCache?.(encoded.value as never) ?? true;
    const fill = { ...target, plan: stays ? target.plan : [], options };
    const stored = this.#shipper.ship(fill, encoded, {
      logId: head.logId,
      asOf: head.position,
      computeMs: 0,
      ttl: undefined,
      tags,
      inherited: [],
      user: options.metadata ?? {},
    });
    const told = key.immutable ? 0 : this.#acknowledge(putting, head);
    const [nodes] = await Promise.all([told, stored]);
    return { position: head.position, superseded: false, nodes };
  }

  /** Appends the key's record. `undefined`: a later one already covers the key or its tags. */
  async #speak(putting: Putting): Promise<LogHead | undefined> {
    const { coherence } = this.#engine;
    const { target, encoded, tags, since, beginning } = putting;
    const { tenant, key } = target;
    if (!coherence.serves()) await coherence.renew();
    // Content that is in the key needs no record; it still counts as no newer than what its maker, or this node, had seen.
    if (key.immutable) return known(coherence, since ?? beginning.mirror);
    const scope = { kind: "key", value: key.path } as const;
    const record = {
      ...this.#invalidator.record(tenant, scope),
      digest: encoded.encoded.digest,
    };
    const scopes = [scope, ...tags.map((tag) => ({ kind: "tag", value: tag }) as const)];
    const appendAfter = async (from: LogPlace): Promise<Spoken> => {
      const unless = { since: from.position, scopes };
      return { from, head: await coherence.append([record], { unless }) };
    };
    const spoken =
      since === undefined ? await this.#speakNow(appendAfter, beginning) : await appendAfter(since);
    if (tookPlace(spoken)) return spoken.head;
    await this.#giveWay(putting, spoken.from.position, record, spoken.head);
    return undefined;
  }

  /**
   * For a put that knows only when it was called. The mirror was no further then than the log, so where nothing covers the key since the mirror, nothing
   * does since the call, and the place is taken by one request. Else the log says where it was.
   */
  async #speakNow(
    appendAfter: (from: LogPlace) => Promise<Spoken>,
    { mirror, head }: Beginning,
  ): Promise<Spoken> {
    const spoken = await appendAfter(mirror);
    return tookPlace(spoken) ? spoken : await appendAfter(await head());
  }

  /**
   * Nothing is stored, and what was there at the put's beginning dies all the same: what covers the new content may be a tag of it that the old has not. `told`: that
   * the record landed in a log that says nothing of the put's beginning.
   */
  async #giveWay(
    putting: Putting,
    from: Position,
    record: NewRecord,
    told: LogHead | undefined,
  ): Promise<void> {
    const { coherence } = this.#engine;
    const { tags, options } = putting;
    const { digest: _, ...plain } = record;
    const unless = { since: from, scopes: [record.scope] };
    const retired =
      told ?? (tags.length > 0 ? await coherence.append([plain], { unless }) : undefined);
    // What covers the key may be on its way to the other nodes still: they serve the old value until it has settled.
    const last = retired ?? (await coherence.caughtUp(signalOf(options)));
    // Nothing in a log that has not come to `since` need have covered the key.
    const dead = from > last.position ? await coherence.append([plain]) : last;
    if (dead !== undefined) await this.#acknowledge(putting, dead);
  }

  #acknowledge({ target, options }: Putting, head: LogHead): Promise<number> {
    const scope = { kind: "key", value: target.key.path } as const;
    return this.#invalidator.acknowledge(target.tenant, scope, head, signalOf(options));
  }
}

/** Tiers that have to look before they write do so while the record is on its way. Nobody waits for it, and a failure is counted as that of any call. */
function foretell({ tenant: { tenantId }, key, plan }: Target): void {
  for (const tier of plan) {
    const { entries } = tier;
    if (entries.expectPut === undefined) continue;
    const look = async (call: Call): Promise<void> => entries.expectPut?.(key.path, tenantId, call);
    void tier.call({ what: "head", tenantId }, look);
  }
}

/** Of a log that replaced the one that the put began under, or that has not come to where it began, nobody can tell what it covered since. */
function tookPlace(spoken: Spoken): spoken is Spoken & Readonly<{ head: LogHead }> {
  const { from, head } = spoken;
  if (head === undefined || head.position <= from.position) return false;
  return from.logId === "" || head.logId === from.logId;
}

function describe({ result, bytes }: Put): Attributes {
  const { position, superseded, nodes } = result;
  return {
    "cache.item_size": bytes,
    "cache.position": position,
    "cache.superseded": superseded,
    "cache.nodes": nodes,
  };
}

function signalOf({ signal }: Call): Call {
  return { signal };
}

/**
 * Where the mirror stands, or `since` where that is earlier; the beginning where it is of another log than the one that is read. Without a lease nobody
 * can tell.
 */
function known(coherence: Coherence, since: LogPlace): LogPlace {
  if (!coherence.serves())
    throw new CacheError(
      "tier_unavailable",
      "The invalidation log cannot be reached, so nothing was stored: put again when it can",
      { retryable: true },
    );
  const { logId, position } = coherence;
  // Nothing had been read yet.
  if (since.logId === "") return { logId, position };
  if (since.logId !== logId) return { logId, position: START };
  return since.position > position ? { logId, position } : since;
}

function checkSince(since: LogPlace | undefined): LogPlace | undefined {
  if (since === undefined) return undefined;
  // Callers without types may give a bare number, which has neither.
  const { logId, position } = since;
  const isPlace = typeof logId === "string" && logId !== "" && Number.isSafeInteger(position);
  if (isPlace && position >= 0) return { logId, position };
  const problem = "since is no place in the log: give what position() gave";
  throw new CacheError("invalid_value", problem);
}

/** Anything but text could not be read back from a disk. */
function checkUser(user: Readonly<Record<string, unknown>>): void {
  const bad = Object.entries(user).find(([, value]) => typeof value !== "string");
  if (bad !== undefined)
    throw new CacheError("invalid_value", `The metadata "${bad[0]}" is ${typeof bad[1]}, not text`);
}
