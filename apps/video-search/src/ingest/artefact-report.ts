import type { ComputeInfo } from "@cogniverse/sdk";

/** The kinds of artefact, in the order in which they are made. */
const ARTEFACT_TYPES = [
  "keyframes",
  "frame",
  "frame embedding",
  "chunk embedding",
  "embedding summary",
  "labels",
  "label vectors",
  "transcript",
  "search result",
] as const;

/** One kind of artefact. */
export type ArtefactType = (typeof ARTEFACT_TYPES)[number];

/** What one kind of artefact came to. `ms`: time that callers waited for it, in sum. */
export type ArtefactRow = Readonly<{
  type: ArtefactType;
  computed: number;
  /** How many were served, by tier. */
  served: Readonly<Record<string, number>>;
  bytes: number;
  ms: number;
}>;

type Tally = { computed: number; served: Record<string, number>; bytes: number; ms: number };

/** Counts what was computed and what was served from where. */
export class ArtefactReport {
  readonly #tallies = new Map<ArtefactType, Tally>();
  /** Total of computes. */
  computed = 0;
  served = 0;

  add(type: ArtefactType, info: ComputeInfo<unknown>, ms: number): void {
    const tally = this.#tally(type);
    tally.bytes += info.bytes;
    tally.ms += ms;
    if (info.from === "compute") {
      tally.computed++;
      this.computed++;
    } else {
      tally.served[info.tier] = (tally.served[info.tier] ?? 0) + 1;
      this.served++;
    }
  }

  /** A key frame that was written while its film was decoded: computed without having been asked for. */
  addWritten(type: ArtefactType, bytes: number): void {
    const tally = this.#tally(type);
    tally.computed++;
    tally.bytes += bytes;
    this.computed++;
  }

  /** One row for each kind that came up. */
  rows(): readonly ArtefactRow[] {
    return ARTEFACT_TYPES.flatMap((type) => {
      const tally = this.#tallies.get(type);
      return tally === undefined ? [] : [{ type, ...tally }];
    });
  }

  #tally(type: ArtefactType): Tally {
    let tally = this.#tallies.get(type);
    if (tally === undefined)
      this.#tallies.set(type, (tally = { computed: 0, served: {}, bytes: 0, ms: 0 }));
    return tally;
  }
}
