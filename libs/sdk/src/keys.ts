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
export { encodePattern, isCanonicalPattern, MAX_ALTERNATIVES } from "./pattern-form.ts";
export { literalPrefix, matchesPattern } from "./pattern.ts";
export { covers } from "./covers.ts";
export { checkTenant } from "./tenant.ts";
