import type { IncomingHttpHeaders } from "node:http";
import type { ListedObject, ObjectHeaders, ObjectInfo } from "@cogniverse/object-store";

const META = "x-goog-meta-";

/** What the XML API's headers say of an object. `bytes` is of the whole object, also in the answer to a range. */
export function factsInHeaders(headers: IncomingHttpHeaders): ObjectInfo {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith(META) && typeof value === "string")
      metadata[name.slice(META.length)] = value;
  const modifiedAt = Date.parse(headers["last-modified"] ?? "");
  return {
    etag: text(headers["x-goog-generation"]),
    bytes: sizeIn(headers),
    headers: withEncoding(headers["content-type"], headers["content-encoding"], metadata),
    ...(Number.isNaN(modifiedAt) ? {} : { modifiedAt }),
  };
}

/** An object as the JSON API describes it, as far as this tier asks for it. */
export type ObjectResource = Readonly<{
  name: string;
  generation: string;
  size?: string;
  crc32c?: string;
  contentType?: string;
  contentEncoding?: string;
  metadata?: Readonly<Record<string, string>>;
  updated?: string;
}>;

/** The fields of {@link ObjectResource} that say all of an object but its bytes. */
export const OBJECT_FIELDS = "name,generation,size,contentType,contentEncoding,metadata,updated";

/** What the JSON API says of an object, as one line of a listing and by itself. */
export function factsInResource(resource: ObjectResource): ListedObject & ObjectInfo {
  const modifiedAt = Date.parse(resource.updated ?? "");
  return {
    name: resource.name,
    bytes: Number(resource.size ?? 0),
    etag: resource.generation,
    headers: withEncoding(resource.contentType, resource.contentEncoding, resource.metadata ?? {}),
    ...(Number.isNaN(modifiedAt) ? {} : { modifiedAt }),
  };
}

function withEncoding(
  contentType: string | undefined,
  contentEncoding: string | undefined,
  metadata: ObjectHeaders["metadata"],
): ObjectHeaders {
  const headers = { contentType: contentType ?? "application/octet-stream", metadata };
  return contentEncoding === undefined || contentEncoding === ""
    ? headers
    : { ...headers, contentEncoding };
}

function sizeIn(headers: IncomingHttpHeaders): number {
  const ofRange = /\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1];
  return Number(ofRange ?? headers["x-goog-stored-content-length"] ?? headers["content-length"]);
}

function text(header: string | readonly string[] | undefined): string {
  return typeof header === "string" ? header : (header?.[0] ?? "");
}

/** An etag as a generation. What is none becomes one that no object has: they count microseconds. */
export function asGeneration(etag: string): string {
  return /^[1-9]\d{0,18}$/.test(etag) ? etag : "1";
}
