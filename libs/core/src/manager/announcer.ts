import type { LogHead, Position } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { KnownKey } from "../keys/key-registry.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Sealed } from "./shipper.ts";

/** Whose key is spoken of. */
type Spoken = Readonly<{ tenant: TenantState; key: KnownKey }>;

/** What is said of it. `asOf`: what later record covers the key or a tag makes it too late. */
type Announced = Pick<Sealed, "logId" | "asOf" | "tags"> & Readonly<{ fill: boolean }>;

/** Tells the log of computed values that replace what was there. */
export class Announcer {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Appends the key's record with its new content; `fill` where no caller asked for it, see `LogRecord`. `undefined`: something later already covers the key, the log was replaced or cannot be
   * reached; nothing is stored then.
   */
  async announce(
    { tenant, key }: Spoken,
    digest: string,
    { logId, asOf: since, tags, fill }: Announced,
  ): Promise<LogHead | undefined> {
    const { coherence, clock, node, logger } = this.#engine;
    const scopes = [
      { kind: "key", value: key.path } as const,
      ...tags.map((value) => ({ kind: "tag", value }) as const),
    ];
    const record = {
      tenantId: tenant.tenantId,
      scope: scopes[0] ?? { kind: "tenant" as const },
      mode: "hard" as const,
      digest,
      ...(fill ? { fill: true as const } : {}),
    };
    try {
      const head = await coherence.append([{ ...record, at: clock.now(), node }], {
        unless: { since, scopes },
      });
      // What happened since in a log that replaced the one of `since` nobody can tell.
      if (head === undefined || head.logId !== logId) {
        tenant.counters.superseded++;
        return undefined;
      }
      tenant.sources.settled(key.path, digest);
      return head;
    } catch (error) {
      logger.warn("a recomputed value could not be announced and is not stored", {
        why: String(error),
      });
      return undefined;
    }
  }

  /**
   * For what gave way to another's record on the key. If that one put other content in place, its sources may have been read before those of the content that
   * gave way: nobody can tell which is newer, so neither stays. `undefined`: nothing had to be said. To be called where the mirror has that record.
   */
  async disown({ tenant, key }: Spoken, digest: string): Promise<LogHead | undefined> {
    const { coherence, clock, node } = this.#engine;
    const there = tenant.mirror.contentOf(key.path);
    if (there === undefined || there === digest) return undefined;
    const { tenantId } = tenant;
    const scope = { kind: "key", value: key.path } as const;
    return coherence.append([{ tenantId, scope, mode: "hard", at: clock.now(), node }]);
  }

  /**
   * A refresh that stores nothing, since it was superseded or its value is not to be kept: what it was to replace dies all the same. What covers the
   * new content, a tag of it perhaps, need not cover the old. `digest`: of that value, "" where it has none. Rejects where the log cannot be reached,
   * as a put does.
   */
  async retire({ tenant, key }: Spoken, since: Position, digest: string): Promise<void> {
    const { coherence, clock, node } = this.#engine;
    const scope = { kind: "key", value: key.path } as const;
    const record = {
      tenantId: tenant.tenantId,
      scope,
      mode: "hard",
      at: clock.now(),
      node,
    } as const;
    const told = await coherence.append([record], { unless: { since, scopes: [scope] } });
    // What covers the key already may be on its way to the other nodes still: they serve the old value until it has settled.
    const head = told ?? (await coherence.caughtUp());
    await coherence.settled((await this.disown({ tenant, key }, digest)) ?? head);
  }
}
