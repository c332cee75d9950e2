import type { Call, StoredHead } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";

/** Why a copy may go, or that it stays. */
type Verdict = "dead" | "expired" | "stays";

/**
 * Tells copies that no read can ever use again from all others. A record kills for ever, so what the mirror says is dead stays dead. Another log's copy is
 * not so clear: this node may be the one that has not heard of the new log. So the log is asked, after the copy was seen and once for each such log.
 */
export class Verdicts {
  readonly #engine: Engine;
  readonly #tenant: TenantState;
  readonly #call: Call;
  /** Logs that were found to be replaced. */
  readonly #replaced = new Set<string>();

  constructor(engine: Engine, tenant: TenantState, call: Call) {
    this.#engine = engine;
    this.#tenant = tenant;
    this.#call = call;
  }

  /** Throws where the log cannot be reached and has to be. */
  async on(path: string, { metadata }: StoredHead): Promise<Verdict> {
    const { coherence, clock } = this.#engine;
    // Not of this cache: whoever put it there knows what it is for.
    if (metadata.logId === "") return "stays";
    if (metadata.expiresAt !== null && metadata.expiresAt <= clock.now()) return "expired";
    if (this.#replaced.has(metadata.logId)) return "dead";
    if (metadata.logId !== coherence.logId) {
      await coherence.caughtUp(this.#call);
      if (metadata.logId !== coherence.logId) {
        this.#replaced.add(metadata.logId);
        return "dead";
      }
    }
    return this.#tenant.mirror.kill(path, metadata) === undefined ? "stays" : "dead";
  }
}
