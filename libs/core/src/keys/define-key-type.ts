import { CacheError, type Codec, type Key, type KeyType, type Params } from "@cogniverse/sdk";
import { decodeSegment, encodeSegment, joinPath, MAX_PATH_BYTES } from "@cogniverse/sdk/keys";
import { impliedTags } from "./video-tag.ts";

/** Options of {@link defineKeyType}. */
export interface KeyTypeOptions {
  /** Whole number >= 1. A higher one writes to other keys, so that releases with different content never meet. Default 1. */
  readonly version?: number;
  /** The content is in the key, so it never changes: an explicit put appends no record. Default false. */
  readonly immutable?: boolean;
}

/** A parameter that is called like something every object has would be found where none was given. */
const PARAMETER = /^[A-Za-z][A-Za-z0-9_]*$/;

type Part = Readonly<{ before: string; parameter: string | undefined; after: string }>;

/**
 * A family of keys of one shape: `defineKeyType("frames/{video}/frame_{timestamp}.jpg", jpgCodec)`. Calling it with the parameters makes a
 * key; parameters may hold any text, also slashes, and distinct parameters make distinct keys. The first segment is the family that
 * policies are found by, so it holds no parameter; each other segment holds at most one. A parameter called `video` makes its entries
 * part of that video for `invalidateVideo`. Throws `invalid_key` for a bad template.
 */
export function defineKeyType<T, const S extends string>(
  template: S,
  codec: Codec<T>,
  options: KeyTypeOptions = {},
): KeyType<T, S> {
  const { version = 1, immutable = false } = options;
  if (!Number.isSafeInteger(version) || version < 1)
    throw badTemplate(template, `version ${version} is not a whole number >= 1`);
  const parts = template.split("/").map((segment) => parsePart(segment, template));
  const family = parts[0]?.before ?? "";
  if (parts[0]?.parameter !== undefined || family.includes("@")) {
    throw badTemplate(
      template,
      `its first segment names the family and holds neither a parameter nor "@"`,
    );
  }
  const names = parts.flatMap((p) => (p.parameter === undefined ? [] : [p.parameter]));
  if (new Set(names).size !== names.length)
    throw badTemplate(template, "a parameter appears twice");
  const first = version === 1 ? family : `${family}@${version}`;

  const make = (params: Params<S>): Key<T> => {
    // The mapped type is what callers see; inside, parameters are looked up by name.
    const given = params as Readonly<Record<string, string | number>>;
    const path = [first, ...parts.slice(1).map((part) => fill(part, given, template))].join("/");
    if (path.length > MAX_PATH_BYTES) joinPath([path]); // throws with the limit's own message
    return { path, family, codec, immutable, tags: impliedTags(family, path, given) };
  };
  const parse = (path: string): Readonly<Record<string, string>> | undefined => {
    const segments = path.split("/");
    if (segments.length !== parts.length || segments[0] !== first) return undefined;
    try {
      return match(parts.slice(1), segments.slice(1));
    } catch {
      return undefined; // not canonical, so no path of this type
    }
  };
  return Object.assign(make, { template, family, version, codec, immutable, parse });
}

function parsePart(segment: string, template: string): Part {
  const found = /^([^{}]*)(?:\{([^{}]+)\}([^{}]*))?$/.exec(segment);
  if (found === null || segment === "")
    throw badTemplate(template, `the segment "${segment}" has more than one parameter or is empty`);
  const [, before = "", parameter, after = ""] = found;
  const literal = before + after;
  if (parameter !== undefined && !PARAMETER.test(parameter))
    throw badTemplate(template, `"${parameter}" is no name: use letters, digits and "_"`);
  if (literal !== "" && encodeSegment(`-${literal}`) !== `-${literal}`)
    throw badTemplate(template, `"${literal}" holds characters that would have to be encoded`);
  // Alone or with a parameter "." it would be a segment of dots, which file systems take for a folder.
  if (literal === "." || literal === "..")
    throw badTemplate(template, "a segment has no text but dots");
  return { before, parameter, after };
}

function fill(
  part: Part,
  params: Readonly<Record<string, string | number>>,
  template: string,
): string {
  if (part.parameter === undefined) return part.before;
  const value = params[part.parameter];
  const fits = typeof value === "number" ? Number.isFinite(value) : typeof value === "string";
  if (!fits || value === "") {
    const shown = value === "" ? "empty" : typeof value === "number" ? value : typeof value;
    throw badTemplate(template, `the parameter "${part.parameter}" is ${shown}`);
  }
  if (part.before === "" && part.after === "") return encodeSegment(String(value));
  return part.before + encodeSegment(`-${value}`).slice(1) + part.after;
}

function match(
  parts: readonly Part[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  for (const [i, part] of parts.entries()) {
    const segment = segments[i] ?? "";
    if (part.parameter === undefined) {
      if (segment !== part.before) return undefined;
      continue;
    }
    const inner = segment.slice(part.before.length, segment.length - part.after.length);
    if (inner === "" || segment !== part.before + inner + part.after) return undefined;
    found[part.parameter] =
      part.before === "" && part.after === ""
        ? decodeSegment(segment)
        : decodeSegment(`-${inner}`).slice(1);
  }
  return found;
}

function badTemplate(template: string, why: string): CacheError {
  return new CacheError("invalid_key", `Key type "${template}": ${why}`);
}
