import type { Codec } from "@cogniverse/sdk";
import type { ServedCounters } from "../stats/counters.ts";
import type { FamilyState } from "../tenant/family-state.ts";
import type { TenantState } from "../tenant/tenant-state.ts";

const FIRST = { index: 0, name: "the first" };

/** What the hot path needs beside a resident; one object for each, always of this shape. */
export class HotNote {
  /** Whose note it is: another manager on the same backend has its own log, and its checks say nothing here. */
  readonly tenant: TenantState;
  /** Counters of the first tier, which alone is read on the hot path. */
  readonly served: ServedCounters;
  /** Name of the key's family. */
  readonly family: string;
  readonly codec: Codec<unknown>;
  readonly computeMs: number;
  readonly bytes: number;
  /** The path is its own text: no string that is found under it can be another spelling. */
  readonly isPlain: boolean;
  /** On the monotonic clock: when the resident expires. -Infinity sends every read through the slow path. */
  untilMonotonic: number;
  /** Resolved with the value at the first hit and handed to each later one. */
  promise: Promise<unknown> | undefined = undefined;

  constructor(tenant: TenantState, { path, family, codec, entry }: Noted, untilMonotonic: number) {
    this.tenant = tenant;
    this.served = family.servedBy(FIRST);
    this.family = family.name;
    this.codec = codec;
    this.computeMs = entry.metadata.computeMs;
    this.bytes = entry.metadata.decodedBytes;
    this.isPlain = !path.includes("%");
    this.untilMonotonic = untilMonotonic;
  }

  /** The note of a resident, if this tenant of this manager made it. */
  static of(note: unknown, tenant: TenantState): HotNote | undefined {
    return note instanceof HotNote && note.tenant === tenant ? note : undefined;
  }
}

type Noted = Readonly<{
  path: string;
  family: FamilyState;
  codec: Codec<unknown>;
  entry: Readonly<{ metadata: Readonly<{ computeMs: number; decodedBytes: number }> }>;
}>;
