export type {
  ListedObject,
  ObjectClient,
  ObjectCondition,
  ObjectHeaders,
  ObjectInfo,
  ObjectWrite,
  OpenObject,
  ReadObject,
  UnreadableObject,
} from "./object-client.ts";
export { MAX_PREFIX_BYTES, ObjectLayout, prefixProblem } from "./layout.ts";
export {
  formatHeaders,
  HEADERS_VERSION,
  parseHeaders,
  type ParsedHeaders,
} from "./headers/object-headers.ts";
export { ObjectBackend, type ObjectBackendOptions } from "./backend/object-backend.ts";
export { ObjectLog, type ObjectLogOptions } from "./log/object-log.ts";
export { TAIL_LIMITS, type TailLimits } from "./log/log-folder.ts";
export { pause } from "./pause.ts";
export { probeConditionalWrites } from "./conditional-writes.ts";
export {
  describeRule,
  lifecycleProblems,
  lifecycleRules,
  ownsRuleId,
  ownsRulePrefix,
  ruleFor,
  type LifecycleAction,
  type LifecycleOption,
  type LifecycleRule,
} from "./lifecycle/lifecycle-rules.ts";
export {
  mergeLifecycle,
  type LifecycleForm,
  type MergedLifecycle,
} from "./lifecycle/merge-lifecycle.ts";
