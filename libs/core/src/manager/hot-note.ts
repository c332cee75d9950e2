import type { Codec } from "@cogniverse/sdk";
import type { FamilyState } from "../tenant/family-state.ts";

/** What the hot path needs beside a resident; one object for each, always of this shape. */
export class HotNote {
  readonly family: FamilyState;
  readonly codec: Codec<unknown>;
  /** On the monotonic clock: when the resident expires. -Infinity sends every read through the slow path. */
  untilMonotonic: number;
  /** Resolved with the value at the first hit and handed to each later one. */
  promise: Promise<unknown> | undefined = undefined;

  constructor(family: FamilyState, codec: Codec<unknown>, untilMonotonic: number) {
    this.family = family;
    this.codec = codec;
    this.untilMonotonic = untilMonotonic;
  }
}
