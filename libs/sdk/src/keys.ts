export {
  decodeKey,
  decodeSegment,
  encodeKey,
  encodePrefix,
  encodeSegment,
  joinPath,
  MAX_PATH_BYTES,
  splitPath,
} from "./key-path.ts";
export {
  encodePattern,
  isCanonicalPattern,
  literalPrefix,
  matchesPattern,
  MAX_ALTERNATIVES,
} from "./pattern.ts";
export { covers } from "./covers.ts";
export { checkTenant } from "./tenant.ts";
