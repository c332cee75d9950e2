/** `text`: words against labels and transcript. `transcript`: words against what is said alone. */
export type SearchQuery = Readonly<
  | {
      strategy: "text";
      text: string;
      /** The query in the space of the frames' label vectors; without it only words count. */
      vector?: Float32Array | undefined;
    }
  | { strategy: "transcript"; text: string }
  | {
      strategy: "similar";
      /** The example picture in the space of the frames' vectors. */
      vector: Float32Array;
      /** The example itself, which would otherwise be the best hit. */
      except?: Readonly<{ video: string; timestampMs: number }> | undefined;
    }
>;

export type SearchFilters = Readonly<{
  /** Only these videos. */
  videos?: readonly string[] | undefined;
  /** Only moments at or after. */
  fromMs?: number | undefined;
  /** Only moments before. */
  toMs?: number | undefined;
}>;

export type RankOptions = Readonly<{
  /** At least 1. Default 10. */
  topK?: number | undefined;
  filters?: SearchFilters | undefined;
}>;

/** Plain JSON. Best first; equal scores by video, then by time. */
export type SearchHit = Readonly<{
  video: string;
  title: string;
  timestampMs: number;
  /**
   * Only comparable within one answer. `text`: share of the best possible fused rank, 0-1;
   * `transcript`: BM25; `similar`: cosine.
   */
  score: number;
  /** What led here, for people: words matched, guesses, closeness. */
  why: readonly string[];
  /** What is said there, or else the best guesses at what is seen. */
  snippet: string;
}>;
