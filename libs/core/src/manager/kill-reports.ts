import type { LogRecord } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { Explanation } from "../invalidation/explain-kill.ts";
import { killReport, type KillReport } from "./kill-report.ts";

/** What the log says at one moment, by position. */
type Snapshot = Readonly<{ logId: string; records: ReadonlyMap<number, LogRecord> }>;

/** Finds the records of kills: among the last ones that this node heard of, else in the log's own snapshot, which is read once. */
export class KillReports {
  readonly #engine: Engine;
  readonly #signal: AbortSignal | undefined;
  #older: Promise<Snapshot> | undefined;

  constructor(engine: Engine, signal: AbortSignal | undefined) {
    this.#engine = engine;
    this.#signal = signal;
  }

  /** To be called in the synchronous step in which the mirror told of the kill. Rejects only with the signal's reason. */
  async of(kill: Explanation): Promise<KillReport> {
    const { mirror, coherence } = this.#engine;
    const recent = mirror.recent.at(kill.position);
    if (recent !== undefined) return killReport(kill, recent);
    const { logId } = coherence;
    this.#older ??= this.#read();
    const older = await this.#older;
    // In a log that replaced the mirror's another record stands at that position.
    return killReport(kill, older.logId === logId ? older.records.get(kill.position) : undefined);
  }

  /** Empty where the log cannot be read: what died is known without it. */
  async #read(): Promise<Snapshot> {
    const { coherence, log } = this.#engine;
    try {
      const { head, records } = await coherence.limits.snapshot(
        (call) => log.snapshot(call),
        this.#signal,
      );
      return {
        logId: head.logId,
        records: new Map(records.map((record) => [record.position, record])),
      };
    } catch {
      this.#signal?.throwIfAborted();
      return { logId: "", records: new Map() };
    }
  }
}
