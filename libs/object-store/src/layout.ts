import { CacheError } from "@cogniverse/sdk";

/** The longest object name that S3 and GCS take, in bytes. */
const MAX_NAME_BYTES = 1024;
/** What the longest entry's name takes behind the prefix: `tenants/`, a tenant of 128, `/`, a key of 768. */
const MAX_ENTRY_BYTES = 8 + 128 + 1 + 768;
/** The longest prefix of a deployment, in bytes, with which every key still has a name. */
export const MAX_PREFIX_BYTES: number = MAX_NAME_BYTES - MAX_ENTRY_BYTES;

const AREAS = ["tenants", "log", "uploads", "doctor"] as const;
const SEGMENT = /^[A-Za-z0-9\-_.@:=]+$/;

/** What is wrong with a prefix that a person wrote; `undefined`: nothing. */
export function prefixProblem(prefix: string): string | undefined {
  const whole = withSlash(prefix);
  if (whole.length > MAX_PREFIX_BYTES) return `it has more than ${MAX_PREFIX_BYTES} bytes`;
  for (const segment of whole.split("/").slice(0, -1)) {
    if (segment === "") return 'it begins with "/" or holds "//"';
    if (segment === "." || segment === "..") return `"${segment}" is no name`;
    if (AREAS.some((area) => area === segment))
      return `the cache itself uses the name "${segment}" below its prefix`;
    if (!SEGMENT.test(segment)) return "use A-Z a-z 0-9 - _ . @ : = and / between names";
  }
  return undefined;
}

function withSlash(prefix: string): string {
  return prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
}

/**
 * Names of all objects of one deployment: `{prefix}tenants/{tenant}/{key}` entries, `{prefix}log/` the invalidation log,
 * `{prefix}uploads/` what is not finished, `{prefix}doctor/` probes. No prefix may hold one of these four names, so the first of them in an
 * object's name tells where its prefix ends: names of two areas, or of two deployments in one bucket, never meet.
 */
export class ObjectLayout {
  /** "" or text that ends in `/`. */
  readonly prefix: string;

  /** `prefix` with or without its last slash. Throws `invalid_config`; see {@link prefixProblem}. */
  constructor(prefix: string = "") {
    const problem = prefixProblem(prefix);
    if (problem !== undefined)
      throw new CacheError("invalid_config", `The prefix "${prefix}" is refused: ${problem}`);
    this.prefix = withSlash(prefix);
  }

  /** The object of an entry. `key` is a canonical path, `tenantId` was checked. */
  entry(tenantId: string, key: string): string {
    return `${this.prefix}tenants/${tenantId}/${key}`;
  }

  /** What the names of all entries of a tenant begin with; the rest of such a name is the key. */
  tenant(tenantId: string): string {
    return `${this.prefix}tenants/${tenantId}/`;
  }

  /** What the names of all entries begin with. */
  get tenants(): string {
    return `${this.prefix}tenants/`;
  }

  /** The head of the invalidation log. */
  get logHead(): string {
    return `${this.prefix}log/head.json`;
  }

  /** What the names of all snapshots of the invalidation log begin with. */
  get logSnapshots(): string {
    return `${this.prefix}log/snapshots/`;
  }

  /** Where a body is written that is not to be visible yet. */
  upload(id: string): string {
    return `${this.uploads}${id}`;
  }

  /** What the names of all unfinished uploads begin with. */
  get uploads(): string {
    return `${this.prefix}uploads/`;
  }

  /** An object that a probe may write and delete. */
  probe(id: string): string {
    return `${this.prefix}doctor/${id}`;
  }
}
