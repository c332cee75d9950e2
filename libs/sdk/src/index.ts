export type { Bytes } from "./bytes.ts";
export type { Call, Options } from "./call.ts";
export type { Clock } from "./clock.ts";
export type { Random } from "./random.ts";
export type { Logger, LogFields } from "./logger.ts";
export type { Attributes, Observation, Span, SpanStart, TelemetryPort } from "./telemetry.ts";
export { NO_SPAN } from "./no-span.ts";
export { runInSpan } from "./run-in-span.ts";
export { METRICS, type Metric } from "./metrics.ts";
export { CacheError, type CacheErrorCode, type CacheErrorOptions } from "./errors.ts";
export { parseJson } from "./json-text.ts";
export { START, toPosition, type Position } from "./position.ts";
export type { Scope } from "./scope.ts";
export type {
  Entry,
  EntryMetadata,
  ScopeStamp,
  StoredEntry,
  StoredHead,
  UserMetadata,
} from "./entry.ts";
export { plainCalls, type PlainCallsOptions } from "./plain-calls.ts";
export { plainEntry, type PlainEntryOptions } from "./plain-entry.ts";
export type { BackendPurgeOptions, BackendStats, BackendTraits, CacheBackend } from "./backend.ts";
export {
  isUnreadable,
  type EntryStore,
  type NamedCopy,
  type UnreadableCopy,
  type WriteCondition,
} from "./entry-store.ts";
export type { BatchStore } from "./batch-store.ts";
export type { StreamStore } from "./stream-store.ts";
export type { KeyScan } from "./key-scan.ts";
export type { Lease, LeaseStore } from "./lease-store.ts";
export type { Eviction, EvictionSource } from "./eviction.ts";
export type { NewResident, Resident, ResidentSpace, ResidentStore } from "./resident-store.ts";
export type {
  AppendOptions,
  InvalidationLog,
  InvalidationMode,
  LogDelta,
  LogHead,
  LogNews,
  LogPlace,
  LogRecord,
  LogSession,
  LogSnapshot,
  NewRecord,
  ShortCut,
} from "./invalidation-log.ts";
export { inOrder } from "./in-order.ts";
export { recordsInOrder } from "./records-in-order.ts";
export { plainSession } from "./plain-session.ts";
export type { SessionSeat, SessionTable } from "./session-table.ts";
export type { Codec } from "./codec.ts";
export type { Key, KeyType, Params } from "./key.ts";
export type { Cacheable, Compute, ComputeContext } from "./compute.ts";
export type {
  Causes,
  ComputeInfo,
  MissCause,
  PutOptions,
  ReadInfo,
  ReadOptions,
} from "./read-options.ts";
export type { Invalidation, InvalidateOptions } from "./invalidation.ts";
export type {
  CacheStats,
  FamilyStats,
  LogStats,
  ReadMissCause,
  TierOperation,
  TierStats,
} from "./cache-stats.ts";
export type { Money, Prices, TierMoney } from "./prices.ts";
export type { TenantCache } from "./tenant-cache.ts";
export type { CacheManager } from "./cache-manager.ts";
export {
  DEFAULT_NETWORK_LEASE_MS,
  type BackendContext,
  type BackendModule,
  type BackendProfile,
  type ConfigProblem,
  type ParsedConfig,
} from "./backend-module.ts";
export type { Examination, ExaminationFinding, PlannedChange } from "./examination.ts";
