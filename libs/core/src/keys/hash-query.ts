import { hash } from "node:crypto";
import { CacheError } from "@cogniverse/sdk";
import { walkJson } from "../codec/walk-json.ts";

/** All that shapes the answer to a query. What is left out here is shared by queries that differ in it. */
export interface QueryParts {
  readonly query: string;
  readonly strategy: string;
  readonly topK: number;
  readonly filters?: unknown;
  /** Model and index revisions. */
  readonly revisions?: readonly string[];
}

/**
 * Full SHA-256 (hex) over the normalised query and everything else that shapes its answer. Normalised: Unicode NFKC, runs of white space as one
 * space, trimmed, lower case; the order of properties in `filters` does not matter. Throws `invalid_value` for filters that are not JSON.
 */
export function hashQuery(parts: QueryParts): string {
  const query = parts.query.normalize("NFKC").replaceAll(/\s+/g, " ").trim().toLowerCase();
  if (!Number.isSafeInteger(parts.topK))
    throw new CacheError("invalid_value", `topK ${parts.topK} is not a whole number`);
  const { strategy, topK, filters = null, revisions = [] } = parts;
  // Before sorting, which would make an empty object of a Date.
  walkJson({ query, strategy, filters, revisions });
  return hash("sha256", canonical([query, strategy, topK, filters, revisions]), "hex");
}

function canonical(shape: unknown): string {
  try {
    return JSON.stringify(sorted(shape));
  } catch (cause) {
    throw new CacheError("invalid_value", "The filters are nested too deeply", { cause });
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, v]) => [name, sorted(v)]),
  );
}
