import type { InvalidationMode, LogRecord, Position, Scope } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { Explanation } from "../invalidation/explain-kill.ts";

/**
 * The record that a copy fell to. `source`: what the copy was derived from, where it died by that. `at` (epoch milliseconds of the writer), `node` and
 * `reason` as the record says; left out where the log no longer has it. `fill`: a compute came with other content, nobody asked for it.
 */
export type KillReport = Readonly<{
  position: Position;
  mode: InvalidationMode;
  scope: Scope;
  source?: Scope;
  at?: number;
  node?: string;
  reason?: string;
  fill?: true;
}>;

/** Finds the records of kills: among the last ones that this node heard of, else in the log's own snapshot, which is read once. */
export class KillReports {
  readonly #engine: Engine;
  readonly #signal: AbortSignal | undefined;
  #older: Promise<ReadonlyMap<number, LogRecord>> | undefined;

  constructor(engine: Engine, signal: AbortSignal | undefined) {
    this.#engine = engine;
    this.#signal = signal;
  }

  async of({ position, mode, scope, source }: Explanation): Promise<KillReport> {
    const record = this.#engine.mirror.recent.at(position) ?? (await this.#inLog()).get(position);
    const killed = { position, mode, ...(source === undefined ? {} : { source }) };
    // A glob that had to make room stands in the mirror as the prefix that holds it; the record itself knows better.
    if (record === undefined) return { ...killed, scope };
    const { at, node, reason, fill } = record;
    return {
      ...killed,
      scope: record.scope,
      at,
      node,
      ...(reason === undefined ? {} : { reason }),
      ...(fill === undefined ? {} : { fill }),
    };
  }

  #inLog(): Promise<ReadonlyMap<number, LogRecord>> {
    this.#older ??= this.#read();
    return this.#older;
  }

  /** Empty where the log cannot be read: what died is known without it. */
  async #read(): Promise<ReadonlyMap<number, LogRecord>> {
    try {
      const { records } = await this.#engine.log.snapshot({ signal: this.#signal });
      return new Map(records.map((record) => [record.position, record]));
    } catch {
      this.#signal?.throwIfAborted();
      return new Map();
    }
  }
}
