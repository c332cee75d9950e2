const UNSAFE = /[^A-Za-z0-9\-_.:/@+]/gu;
const ESCAPES = /%u([0-9A-F]{4})|(?:%[0-9A-F]{2})+/g;
const SAFE = /^(?:[A-Za-z0-9\-_.:/@+]|%u[0-9A-F]{4}|%[0-9A-F]{2})*$/;
const LONG_HEX = /^(?:[0-9a-f]{2}){16,}$/;

/**
 * Any text as ASCII that a header carries unchanged: `A-Z a-z 0-9 - _ . : / @ +` stand for themselves, everything else is the `%XX` of its
 * UTF-8 bytes, a lone surrogate `%uXXXX`. Injective, and free of `, ; = ~ *` and spaces, which may separate such texts.
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (c) =>
    c.isWellFormed()
      ? encodeURIComponent(c).replace(
          /[!'()*~]/,
          (kept) => `%${kept.charCodeAt(0).toString(16).toUpperCase()}`,
        )
      : `%u${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The inverse of {@link escapeText}. Throws where the text is none of its results. */
export function unescapeText(escaped: string): string {
  if (!SAFE.test(escaped)) throw new Error("A header holds what no text is escaped to");
  return escaped.replace(ESCAPES, (run, surrogate: string | undefined) =>
    surrogate === undefined
      ? decodeURIComponent(run)
      : String.fromCharCode(Number.parseInt(surrogate, 16)),
  );
}

/** A digest in two thirds of its length: long lower-case hex becomes `=` and base64url, any other text is escaped. */
export function packDigest(digest: string): string {
  return LONG_HEX.test(digest)
    ? `=${Buffer.from(digest, "hex").toString("base64url")}`
    : escapeText(digest);
}

/** The inverse of {@link packDigest}. */
export function unpackDigest(packed: string): string {
  return packed.startsWith("=")
    ? Buffer.from(packed.slice(1), "base64url").toString("hex")
    : unescapeText(packed);
}

/** A finite number: whole ones in base 36, others as `=` and the shortest decimal text that is exactly theirs. */
export function packNumber(n: number): string {
  return Number.isSafeInteger(n) ? n.toString(36) : `=${n}`;
}

/** The inverse of {@link packNumber}. Throws where it is no number. */
export function unpackNumber(packed: string): number {
  const n = packed.startsWith("=") ? Number(packed.slice(1)) : Number.parseInt(packed, 36);
  if (!Number.isFinite(n) || packNumber(n) !== packed) throw new Error("A header holds no number");
  return n;
}
