import { CacheError, type Invalidation, type Scope } from "@cogniverse/sdk";
import { Calls } from "./calls.ts";
import { type CacheHistory, isModelValue, type Killing, type ModelValue } from "./history.ts";
import { programKeys } from "./key-catalog.ts";
import type { Placed } from "./kills.ts";
import type { LogServer } from "./log-server.ts";
import type { ModelNode } from "./model-node.ts";
import type { ModelEntry, ModelStep } from "./program.ts";

type Step<Do extends ModelStep["do"]> = Extract<ModelStep, Readonly<{ do: Do }>>;

/** A step that calls a node's cache. */
export type CallStep = Step<
  "get" | "compute" | "refresh" | "put" | "putSince" | "delete" | "invalidate" | "purge" | "sweep"
>;

/** What a compute is told, as far as programs use it. */
interface Context {
  readonly setTags: (...tags: string[]) => void;
  readonly dependsOn: (...sources: string[]) => void;
}

/** Calls the caches of nodes as users do, and gives the history what they were told. */
export class Caller {
  readonly calls: Calls = new Calls();
  readonly #history: CacheHistory;
  readonly #log: LogServer;

  constructor(history: CacheHistory, log: LogServer) {
    this.#history = history;
    this.#log = log;
  }

  begin(step: CallStep, node: ModelNode): void {
    switch (step.do) {
      case "get":
        return this.track(step, node, this.#get(step, node));
      case "compute":
        return this.track(step, node, this.#read(step, node, false));
      case "refresh":
        return this.track(step, node, this.#refresh(step, node));
      case "put":
        return this.track(step, node, this.#put(step, node));
      case "putSince":
        return this.track(step, node, this.#putSince(step, node));
      case "delete":
        return this.track(step, node, this.#delete(step, node));
      case "purge":
        return this.track(step, node, this.#purge(step, node));
      case "sweep":
        return this.track(step, node, this.#sweep(step, node));
      default:
        return this.track(step, node, this.#invalidate(step, node));
    }
  }

  async #get({ tenant, key }: ModelEntry, node: ModelNode): Promise<ModelValue | undefined> {
    const began = this.#history.tick();
    const value: unknown = await node.cache.get(key, tenant);
    if (value !== undefined) this.#check({ tenant, key }, value, began, true);
    return isModelValue(value) ? value : undefined;
  }

  async #read(entry: ModelEntry, node: ModelNode, refresh: boolean): Promise<ModelValue> {
    const began = this.#history.tick();
    let ran = false;
    const compute = async (context: Context): Promise<ModelValue> => {
      ran = true;
      return this.#compute(entry, node, context);
    };
    // Where the log cannot say what came in between, a put gives way to a fill too.
    const fill = this.#log.forgets && !refresh ? this.#history.filling(entry) : undefined;
    const options = refresh ? { refresh } : undefined;
    const value = await node.cache.getOrCompute<ModelValue>(
      entry.key,
      entry.tenant,
      compute,
      options,
    );
    if (fill !== undefined && !node.isDead) fill.ended = this.#history.tick();
    this.#check(entry, value, began, !ran);
    return value;
  }

  /** Reads each source at a moment of the scheduler's choice, some through the cache, and says which versions it saw. */
  async #compute(
    { tenant, key }: ModelEntry,
    node: ModelNode,
    { setTags, dependsOn }: Context,
  ): Promise<ModelValue> {
    const { tags, named, sources, looks = [] } = programKeys.get(key);
    const of: Record<string, number> = {};
    const without: Record<string, number> = {};
    const see = async (source: string): Promise<void> => {
      of[source] = await node.sourceLink.call(() =>
        this.#history.versionOf({ tenant, key: source }),
      );
    };
    setTags(...tags);
    await see(key);
    for (const source of named) {
      dependsOn(source);
      await see(source);
    }
    for (const source of sources)
      merge(of, (await this.#read({ tenant, key: source }, node, false)).of);
    for (const source of looks) {
      const version = this.#history.versionOf({ tenant, key: source });
      const part = await this.#get({ tenant, key: source }, node);
      if (part === undefined) without[source] = version;
      else merge(of, part.of);
    }
    return { tenant, key, of, without };
  }

  async #refresh(entry: ModelEntry, node: ModelNode): Promise<void> {
    this.#history.change(entry);
    const fill = this.#history.filling(entry);
    const killing = this.#killing("refresh", entry.tenant, { kind: "key", value: entry.key });
    await this.#read(entry, node, true);
    if (node.isDead) return;
    fill.ended = this.#history.tick();
    this.#history.killed(killing, undefined);
  }

  async #put(entry: ModelEntry, node: ModelNode): Promise<void> {
    const { tenant, key } = entry;
    const version = this.#history.change(entry);
    const note = this.#history.putting(entry, version);
    const killing = this.#killing("put", tenant, { kind: "key", value: key });
    const { logId } = this.#log;
    const value = { tenant, key, of: { [key]: version } };
    const result = await node.cache.put(key, value, tenant, { tags: programKeys.get(key).tags });
    if (node.isDead) return;
    note.acked = this.#history.tick();
    note.superseded = result.superseded;
    note.placed = this.#placed(result, logId);
    if (result.superseded) this.#history.gaveWay(entry, killing);
    else this.#history.killed(killing, note.placed);
  }

  async #putSince(entry: ModelEntry, node: ModelNode): Promise<void> {
    const { tenant, key } = entry;
    const scope = { kind: "key", value: key } as const;
    // It gives way to whatever came after the position was asked for.
    const asking = this.#killing("putSince", tenant, scope);
    const since = await node.cache.position(tenant);
    const version = await node.sourceLink.call(() => this.#history.versionOf(entry));
    if (node.isDead || node.isClosing) return;
    const killing = { ...this.#killing("putSince", tenant, scope), from: version };
    const { logId } = this.#log;
    const options = { tags: programKeys.get(key).tags, since };
    const value = { tenant, key, of: { [key]: version } };
    const fill = this.#history.filling(entry);
    const result = await node.cache.put(key, value, tenant, options);
    if (node.isDead) return;
    fill.ended = this.#history.tick();
    if (result.superseded) this.#history.gaveWay(entry, { ...asking, from: version }, fill);
    else this.#history.killed(killing, this.#placed(result, logId));
  }

  async #delete(entry: ModelEntry, node: ModelNode): Promise<void> {
    const { tenant, key } = entry;
    this.#history.change(entry);
    const killing = this.#killing("delete", tenant, { kind: "key", value: key });
    const { logId } = this.#log;
    const result = await node.cache.delete(key, tenant);
    if (!node.isDead) this.#history.killed(killing, this.#placed(result, logId));
  }

  /** As users do: the source changes first, then all that it went into is invalidated. */
  async #invalidate(step: Step<"invalidate">, node: ModelNode): Promise<void> {
    const { tenant, scope, mode, wait } = step;
    if (!step.touches)
      for (const key of programKeys.keysOf(scope)) this.#history.change({ tenant, key });
    const killing = { ...this.#killing("invalidate", tenant, scope), mode };
    const { logId } = this.#log;
    const result = await node.cache.invalidate(scope, tenant, { mode, wait });
    if (!node.isDead && wait === "everywhere")
      this.#history.killed(killing, this.#placed(result, logId));
  }

  /** Nothing that was read from the sources before may come back. */
  async #purge({ tenant }: Step<"purge">, node: ModelNode): Promise<void> {
    if (node.cache.purge === undefined) return;
    const scope = { kind: "tenant" } as const;
    for (const key of programKeys.keysOf(scope)) this.#history.change({ tenant, key });
    const killing = this.#killing("purge", tenant, scope);
    await node.cache.purge(tenant);
    if (!node.isDead) this.#history.killed(killing, undefined);
  }

  /** Without pauses: time is what programs let pass. */
  async #sweep({ tenant }: Step<"sweep">, node: ModelNode): Promise<void> {
    await node.cache.sweep?.(tenant, { rate: Infinity });
  }

  #killing(what: string, tenant: string, scope: Scope): Killing {
    const began = this.#history.tick();
    const name = scope.kind === "tenant" ? "tenant" : `${scope.kind} ${scope.value}`;
    return { tenant, scope, mode: "hard", by: `${what} of ${name}, begun at ${began}`, began };
  }

  /** A place is known where the log was the same one all the time. */
  #placed({ position, superseded }: Invalidation, logId: string): Placed {
    return superseded || this.#log.logId !== logId ? undefined : { logId, position };
  }

  #check(entry: ModelEntry, value: unknown, began: number, isHit: boolean): void {
    this.calls.answered(isHit);
    const fault = this.#history.fault(entry, value, began);
    if (fault === undefined) return;
    const whose = `${entry.key} of ${entry.tenant}`;
    this.calls.wrong.push(
      `a read of ${whose}, begun at ${began}, answered ${JSON.stringify(value)}, ${fault}`,
    );
  }

  /** `running`: what a step on the node has begun. */
  track(step: Readonly<{ do: string }>, node: ModelNode, running: Promise<unknown>): void {
    this.calls.track(step, node, running, (error) => {
      if (node.isClosing && CacheError.isInstance(error) && error.code === "closed") return true;
      // A look-up that fails computes, and a get that fails is a miss: neither has a reason to throw.
      return step.do !== "get" && step.do !== "compute" && CacheError.isInstance(error);
    });
  }
}

/** Of what went in twice the earlier version counts. */
function merge(of: Record<string, number>, part: ModelValue["of"]): void {
  for (const [name, version] of Object.entries(part))
    of[name] = Math.min(of[name] ?? version, version);
}

const CALLS: ReadonlySet<string> = new Set([
  "get",
  "compute",
  "refresh",
  "put",
  "putSince",
  "delete",
  "invalidate",
  "purge",
  "sweep",
]);

/** Whether a step calls a cache; the others happen to the world. */
export function isCall(step: ModelStep): step is CallStep {
  return CALLS.has(step.do);
}
