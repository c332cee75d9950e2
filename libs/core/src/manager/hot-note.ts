import type { Codec } from "@cogniverse/sdk";
import type { FamilyState } from "../tenant/family-state.ts";
import type { TenantState } from "../tenant/tenant-state.ts";

/** What the hot path needs beside a resident; one object for each, always of this shape. */
export class HotNote {
  /** Whose note it is: another manager on the same backend has its own log, and its checks say nothing here. */
  readonly tenant: TenantState;
  readonly family: FamilyState;
  readonly codec: Codec<unknown>;
  readonly computeMs: number;
  /** The path is its own text: no string that is found under it can be another spelling. */
  readonly isPlain: boolean;
  /** On the monotonic clock: when the resident expires. -Infinity sends every read through the slow path. */
  untilMonotonic: number;
  /** Resolved with the value at the first hit and handed to each later one. */
  promise: Promise<unknown> | undefined = undefined;

  constructor(tenant: TenantState, { path, family, codec, entry }: Noted, untilMonotonic: number) {
    this.tenant = tenant;
    this.family = family;
    this.codec = codec;
    this.computeMs = entry.metadata.computeMs;
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
  entry: Readonly<{ metadata: Readonly<{ computeMs: number }> }>;
}>;
