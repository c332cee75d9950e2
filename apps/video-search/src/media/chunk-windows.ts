/** A stretch of film, half-open: a frame at `toMs` belongs to the next one. */
export type ChunkWindow = Readonly<{ index: number; fromMs: number; toMs: number }>;

/** What the temporal embeddings of the evaluation system cover. */
export const DEFAULT_CHUNK_MS = 6_000;

/** The film cut into windows of equal length, the last one shorter; a film without length has one. */
export function chunkWindows(
  durationMs: number,
  chunkMs: number = DEFAULT_CHUNK_MS,
): readonly ChunkWindow[] {
  const count = Math.max(1, Math.ceil(durationMs / chunkMs));
  return Array.from({ length: count }, (_, index) => ({
    index,
    fromMs: index * chunkMs,
    toMs: Math.min((index + 1) * chunkMs, Math.max(durationMs, 1)),
  }));
}

/** The values that fall into the window, order kept. */
export function within<T extends { readonly timestampMs: number }>(
  window: ChunkWindow,
  values: readonly T[],
): readonly T[] {
  return values.filter(
    ({ timestampMs }) => timestampMs >= window.fromMs && timestampMs < window.toMs,
  );
}
