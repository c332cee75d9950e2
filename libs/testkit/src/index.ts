export { FakeClock, type FakeClockOptions } from "./fake-clock.ts";
export { settle } from "./settle.ts";
export { seededRandom } from "./seeded-random.ts";
export { recordingLogger, type LogLine, type RecordingLogger } from "./recording-logger.ts";
export {
  recordingTelemetry,
  type Measurement,
  type RecordedSpan,
  type RecordingTelemetry,
} from "./recording-telemetry.ts";
export { Gate } from "./gate.ts";
export { cutTo, flipBit, type ByteChange } from "./fault-bytes.ts";
export {
  FaultScript,
  type FaultCall,
  type FaultFilter,
  type FaultOp,
  type Sent,
  type WriteOp,
} from "./fault-script.ts";
export { faultBackend, type FaultBackend } from "./fault-backend.ts";
export { faultLog } from "./fault-log.ts";
export { Scheduler, type Checkpoint } from "./scheduler.ts";
export { mapBackend, type MapBackendOptions } from "./map-backend.ts";
export { entryBackend, type EntryBackendOptions } from "./entry-backend.ts";
export { memoryLog } from "./memory-log.ts";
export type {
  ModelCache,
  ModelNodeFactory,
  ModelNodeSetting,
  ModelUpkeep,
} from "./model/node-factory.ts";
export type {
  ModelAct,
  ModelEntry,
  ModelLink,
  ModelProgram,
  ModelStep,
  ModelTier,
  ModelWorldPlan,
} from "./model/program.ts";
export { KeyCatalog, type CatalogKey } from "./model/key-catalog.ts";
export {
  CacheHistory,
  type FillNote,
  type HistoryOptions,
  type Killing,
  type ModelValue,
  type PutNote,
} from "./model/history.ts";
export type { Placed } from "./model/kills.ts";
export { randomProgram } from "./model/random-program.ts";
export { programText } from "./model/program-text.ts";
export { runProgram, type ModelOutcome, type ModelRules } from "./model/run-program.ts";
export { shrinkProgram, type ShrinkOptions } from "./model/shrink-program.ts";
export {
  checkPrograms,
  type CheckOptions,
  type ModelFailure,
  type ModelFigures,
  type ModelReport,
} from "./model/check-programs.ts";
export type { Runner } from "./contract/runner.ts";
export type {
  BackendFactory,
  BackendFixture,
  Capability,
  Hook,
  UnreadableKind,
} from "./contract/backend-fixture.ts";
export type { FailingFixture, FailureKind, Failures } from "./contract/failing-fixture.ts";
export type { Deviations } from "./contract/rule-book.ts";
export type { BackendContractOptions } from "./contract/contract-options.ts";
export { backendContract } from "./contract/backend-contract.ts";
export { logContract } from "./contract/log-contract.ts";
export type {
  LogContractOptions,
  LogFactory,
  LogFixture,
  LogHook,
} from "./contract/log-fixture.ts";
export type { DescribeBackend, DescribeLog } from "./contract/bindings.ts";
