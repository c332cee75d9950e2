/** Below this size S3 neither monitors nor moves an object in INTELLIGENT_TIERING: it could not pay. */
const TIERING_MIN_BYTES = 128 * 1024;

/** Which class objects are put in. `byFamily`: of key types, by the first segment of their keys. */
export type StorageClasses = Readonly<{
  prefix: string;
  default?: string | undefined;
  byFamily: Readonly<Record<string, string>>;
}>;

/**
 * The class for an object, or `undefined` for the bucket's own default. Only what lies below `tenants/` is given one: the log and half
 * uploads are read and replaced all the time.
 */
export function storageClassOf(
  name: string,
  bytes: number,
  classes: StorageClasses,
): string | undefined {
  const family = familyOf(name, classes.prefix);
  if (family === undefined) return undefined;
  const wanted = Object.hasOwn(classes.byFamily, family)
    ? classes.byFamily[family]
    : classes.default;
  if (wanted === "INTELLIGENT_TIERING" && bytes < TIERING_MIN_BYTES) return undefined;
  return wanted;
}

/** `frames` of `{prefix}tenants/acme/frames@2/...`. */
function familyOf(name: string, prefix: string): string | undefined {
  if (!name.startsWith(`${prefix}tenants/`)) return undefined;
  const segment = name.slice(prefix.length).split("/", 3)[2];
  return segment?.split("@", 1)[0];
}
