export { CacheManager } from "./manager/cache-manager.ts";
export type { CacheManagerOptions, TenantOptions } from "./manager/manager-options.ts";
export type { CopyDetails, CopyInfo, KeyExplanation } from "./manager/inspection.ts";
export type { KillReport } from "./manager/kill-report.ts";
export type { ScopePreview, TierPreview } from "./manager/preview.ts";
export type { Lineage, Source } from "./dependencies/lineage.ts";
export type { BackgroundSweepOptions } from "./sweep/background-options.ts";
export {
  DEFAULT_BACKGROUND_SWEEP_RATE,
  DEFAULT_SWEEP_RATE,
  type SweepOptions,
} from "./sweep/sweeper.ts";
export type { SweepProgress, SweepReport, TierSweep } from "./sweep/sweep-report.ts";
export type {
  LogPurge,
  PurgeOptions,
  PurgeProgress,
  PurgeReport,
  TierPurge,
} from "./purge/purge-report.ts";
export type { TierOptions } from "./tier/tier-options.ts";
export { FramedEntries } from "./tier/framed-entries.ts";
export { resolvePolicy, type PolicyOptions, type ResolvedPolicy } from "./policy/policy.ts";
export { defineKeyType, type KeyTypeOptions } from "./keys/define-key-type.ts";
export { keys } from "./keys/keys.ts";
export type { Json } from "./keys/families.ts";
export { hashQuery, type QueryParts } from "./keys/hash-query.ts";
export type { RegisteredKeyType } from "./keys/key-registry.ts";
export { videoTag } from "./keys/video-tag.ts";
export { bytesCodec, jpgCodec } from "./codec/bytes-codec.ts";
export { jsonCodec, type ValueSchema } from "./codec/json-codec.ts";
export { npyCodec } from "./codec/npy-codec.ts";
export { createNpzCodec, npzCodec, type NdArrays, type NpzOptions } from "./codec/npz-codec.ts";
export type { DType, ElementsOf, NdArray } from "./codec/nd-array.ts";
export { NpyFormatError, type NpyFailure } from "./codec/npy-error.ts";
export { halfToNumber, halvesToFloat32, numbersToHalves, numberToHalf } from "./codec/npy-half.ts";
export { checksum, fitsChecksum } from "./codec/checksum.ts";
export { chooseLogOwner, type LogCandidate } from "./invalidation/choose-log.ts";
export { MemoryLog } from "./invalidation/memory-log.ts";
export { systemClock } from "./time/system-clock.ts";
export { systemRandom } from "./defaults/system-random.ts";
export { silentLogger } from "./defaults/silent-logger.ts";
export { noTelemetry } from "./defaults/no-telemetry.ts";
