import { type Bytes, CacheError, type Options } from "@cogniverse/sdk";
import { type ByteChange, changeAnswer } from "./fault-bytes.ts";
import { Gate } from "./gate.ts";

/** Calls that write and can be lost: acknowledged, and never done. */
export type WriteOp = "put" | "putEntry" | "putStream" | "delete" | "deleteEntry" | "deleteEntries";

/** Calls of a backend and of its log that a script can touch. */
export type FaultOp =
  | WriteOp
  | "exists"
  | "get"
  | "listKeys"
  | "getStats"
  | "getEntry"
  | "headEntry"
  | "getEntries"
  | "getStream"
  | "scan"
  | "acquire"
  | "append"
  | "head"
  | "read"
  | "snapshot"
  | "settled"
  | "changeShortCut"
  | "forgetTenant"
  | "purge"
  | "close";

/** One call as it came in. */
export interface FaultCall {
  readonly op: FaultOp;
  readonly key?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Which calls a fault hits. `at`: before the call reaches the backend, or after it did its work and before its caller is told.
 * `skip`: how many matching calls go by first (0). `times`: how many it then hits (1). `deaf`: an abort does not end the waiting,
 * and a call that waited before its work is done all the same, as a write is that was sent already.
 */
export type FaultFilter = Options<{
  key: string;
  tenantId: string;
  at: "before" | "after";
  skip: number;
  times: number;
  deaf: boolean;
}>;

/** How a call is sent on: with what change to the bytes it writes, and with which signal. */
export type Sent = Readonly<{ change: ByteChange; signal: AbortSignal | undefined }>;

type Effect =
  | Readonly<{ kind: "wait"; wait: (call: FaultCall) => Promise<void>; deaf?: boolean | undefined }>
  | Readonly<{ kind: "fail"; error: unknown }>
  | Readonly<{ kind: "bytes"; change: ByteChange }>
  | Readonly<{ kind: "lose" }>;

interface Rule {
  readonly op: FaultOp | "*";
  readonly filter: FaultFilter;
  readonly at: "before" | "after";
  readonly effect: Effect;
  skip: number;
  left: number;
}

const same: ByteChange = (bytes) => bytes;

/**
 * What goes wrong in a decorated backend, and when. Nothing does until the test says so; every fault is an event that the test
 * causes, never a delay. Faults of one kind are used up in the order of their making, one a call.
 */
export class FaultScript {
  readonly #calls: FaultCall[] = [];
  readonly #rules = new Set<Rule>();

  /** All calls that came in, in order. */
  get calls(): readonly FaultCall[] {
    return this.#calls;
  }

  /** How many calls of `op` came in, of one key where it is given. */
  count(op: FaultOp, key?: string): number {
    return this.#calls.filter((c) => c.op === op && (key === undefined || c.key === key)).length;
  }

  /** Stops one call until the gate is released. */
  pause(op: FaultOp | "*", filter: FaultFilter = {}): Gate<FaultCall> {
    const gate = new Gate<FaultCall>();
    const wait = (call: FaultCall): Promise<void> => gate.pass(call, heard(call, filter));
    this.#add(op, { ...filter, times: 1 }, { kind: "wait", wait, deaf: filter.deaf });
    return gate;
  }

  /** Stops every call that matches until the returned object is disposed. Aborted calls reject unless `deaf`. */
  hang(op: FaultOp | "*", filter: FaultFilter = {}): Disposable {
    const gate = new Gate<FaultCall>();
    const wait = (call: FaultCall): Promise<void> => gate.pass(call, heard(call, filter));
    const { deaf } = filter;
    const rule = this.#add(op, { times: Infinity, ...filter }, { kind: "wait", wait, deaf });
    return {
      [Symbol.dispose]: () => {
        this.#rules.delete(rule);
        gate.release();
      },
    };
  }

  /** Runs `wait` in the way of each call that matches; the call goes on when it resolves and fails when it rejects. */
  intercept(
    op: FaultOp | "*",
    wait: (call: FaultCall) => Promise<void>,
    filter: FaultFilter = {},
  ): Disposable {
    return this.#ended(this.#add(op, { times: Infinity, ...filter }, { kind: "wait", wait }));
  }

  /** Makes calls reject: `tier_unavailable`, retryable, unless `error` is given. With `at: "after"` the work was done. */
  fail(op: FaultOp | "*", filter: FaultFilter = {}, error?: unknown): Disposable {
    const thrown =
      error ??
      new CacheError("tier_unavailable", `${op} fails because the test says so`, {
        retryable: true,
      });
    return this.#ended(this.#add(op, filter, { kind: "fail", error: thrown }));
  }

  /** Changes the bytes that a read answers or a write stores; of a stream each chunk. */
  corrupt(op: FaultOp, change: ByteChange, filter: FaultFilter = {}): Disposable {
    const at = op === "put" || op === "putEntry" ? "before" : "after";
    return this.#ended(this.#add(op, { ...filter, at }, { kind: "bytes", change }));
  }

  /** Acknowledges writes that are never done. */
  lose(op: WriteOp, filter: FaultFilter = {}): Disposable {
    return this.#ended(this.#add(op, { ...filter, at: "before" }, { kind: "lose" }));
  }

  /** Holds the next `count` matching calls and lets them through last one first, each done before the next begins. */
  reorder(op: FaultOp, count: number, filter: FaultFilter = {}): void {
    const later = Array.from({ length: count }, () => new Gate());
    let arrived = 0;
    const wait = (): Promise<void> => {
      const place = arrived++;
      if (arrived === count) return Promise.resolve();
      return later[place]?.pass(undefined) ?? Promise.resolve();
    };
    this.#add(op, { ...filter, at: "before", times: count }, { kind: "wait", wait });
    let done = 0;
    const next = (): Promise<void> => {
      done++;
      later[count - 1 - done]?.release();
      return Promise.resolve();
    };
    this.#add(op, { ...filter, at: "after", times: count }, { kind: "wait", wait: next });
  }

  /** Takes back every fault that has not happened yet; calls that are stopped stay so until released. */
  clear(): void {
    this.#rules.clear();
  }

  /** Sends one call through the script; for decorators. `acknowledge` makes the answer of a write that is lost. */
  async run<R>(
    call: FaultCall,
    work: (sent: Sent) => Promise<R>,
    acknowledge?: () => R | Promise<R>,
  ): Promise<R> {
    this.#calls.push(call);
    let answer: R;
    try {
      const before = await this.#pass(call, "before");
      if (before.lost && acknowledge !== undefined) return await acknowledge();
      answer = await work({
        change: before.change,
        signal: before.deaf ? undefined : call.signal,
      });
    } catch (error) {
      await this.#pass(call, "after");
      throw error;
    }
    const after = await this.#pass(call, "after");
    return after.change === same ? answer : changeAnswer(answer, after.change);
  }

  async #pass(
    call: FaultCall,
    at: "before" | "after",
  ): Promise<Readonly<{ change: (bytes: Bytes) => Bytes; lost: boolean; deaf: boolean }>> {
    const effects = this.#take(call, at);
    for (const effect of effects) if (effect.kind === "wait") await effect.wait(call);
    for (const effect of effects) if (effect.kind === "fail") throw effect.error;
    const bytes = effects.find((e) => e.kind === "bytes");
    return {
      change: bytes?.change ?? same,
      lost: effects.some((e) => e.kind === "lose"),
      deaf: effects.some((e) => e.kind === "wait" && e.deaf === true),
    };
  }

  /** At most one effect of each kind: two gates stop two calls, not one call twice. */
  #take(call: FaultCall, at: "before" | "after"): readonly Effect[] {
    const taken: Effect[] = [];
    for (const rule of this.#rules) {
      if (!matches(rule, call, at) || taken.some((e) => e.kind === rule.effect.kind)) continue;
      if (rule.skip > 0) {
        rule.skip--;
        continue;
      }
      taken.push(rule.effect);
      if (--rule.left <= 0) this.#rules.delete(rule);
    }
    return taken;
  }

  #add(op: FaultOp | "*", filter: FaultFilter, effect: Effect): Rule {
    const at = filter.at ?? "before";
    const rule = { op, filter, at, effect, skip: filter.skip ?? 0, left: filter.times ?? 1 };
    this.#rules.add(rule);
    return rule;
  }

  #ended(rule: Rule): Disposable {
    return { [Symbol.dispose]: () => void this.#rules.delete(rule) };
  }
}

function matches(rule: Rule, call: FaultCall, at: "before" | "after"): boolean {
  const { key, tenantId } = rule.filter;
  return (
    rule.at === at &&
    (rule.op === "*" || rule.op === call.op) &&
    (key === undefined || key === call.key) &&
    (tenantId === undefined || tenantId === call.tenantId)
  );
}

function heard(call: FaultCall, filter: FaultFilter): AbortSignal | undefined {
  return filter.deaf === true ? undefined : call.signal;
}
