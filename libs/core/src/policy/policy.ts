/** How the entries of one family are kept. Whatever is left out comes from the default policy, then from the defaults named here. */
export interface PolicyOptions {
  /** Whether a tier keeps this family, by tier name. A tier that is not named does. */
  readonly tiers?: Readonly<Record<string, boolean>> | undefined;
  /** Seconds > 0; `null` = never expires; left out = each tier's own default. */
  readonly ttl?: number | null | undefined;
  /** What a bounded tier evicts moves to the next tier of this policy if it is not there yet. Default false. */
  readonly demote?: boolean | undefined;
  /** Compress JSON and plain bytes of at least this many bytes with zstd; `false` = never. Default 4096. */
  readonly compressAboveBytes?: number | false | undefined;
  /** Values above this many encoded bytes are returned but not stored. Default: no limit. */
  readonly maxValueBytes?: number | undefined;
  /** Give each caller its own copy of a binary value. Default false: values are shared and must not be written to. */
  readonly copyOnRead?: boolean | undefined;
  /** "awaited": getOrCompute resolves when every tier took the value or gave up; "background": at once. Default "awaited". */
  readonly writes?: "awaited" | "background" | undefined;
}

/** A policy with nothing left open. */
export type ResolvedPolicy = Readonly<{
  tiers: Readonly<Record<string, boolean>>;
  /** `undefined` = each tier's own default. */
  ttl: number | null | undefined;
  demote: boolean;
  compressAboveBytes: number | false;
  maxValueBytes: number;
  copyOnRead: boolean;
  writes: "awaited" | "background";
}>;

/**
 * Below this zstd saves less than a disk page or network packet would notice while it costs some 20 us a value on one core.
 */
const COMPRESS_ABOVE_BYTES = 4096;

/** Later options win, property by property; `tiers` are merged tier by tier. */
export function resolvePolicy(...layers: readonly (PolicyOptions | undefined)[]): ResolvedPolicy {
  let resolved: ResolvedPolicy = {
    tiers: {},
    ttl: undefined,
    demote: false,
    compressAboveBytes: COMPRESS_ABOVE_BYTES,
    maxValueBytes: Infinity,
    copyOnRead: false,
    writes: "awaited",
  };
  for (const layer of layers) {
    if (layer === undefined) continue;
    resolved = {
      tiers: { ...resolved.tiers, ...layer.tiers },
      ttl: layer.ttl === undefined ? resolved.ttl : layer.ttl,
      demote: layer.demote ?? resolved.demote,
      compressAboveBytes: layer.compressAboveBytes ?? resolved.compressAboveBytes,
      maxValueBytes: layer.maxValueBytes ?? resolved.maxValueBytes,
      copyOnRead: layer.copyOnRead ?? resolved.copyOnRead,
      writes: layer.writes ?? resolved.writes,
    };
  }
  return resolved;
}
