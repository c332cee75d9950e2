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
