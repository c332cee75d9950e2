import type { Attributes } from "@cogniverse/sdk";
import {
  isMisspeltSecretName,
  isSecretName,
  maskCredentials,
  secretsOfUrls,
} from "../config/mask-secrets.ts";
import { isRawMap } from "../config/raw-value.ts";

/** Shorter ones would be found in ordinary words; where they stand beside their name or in a URL they are masked all the same. */
const SHORTEST = 5;
/** How many texts of attributes are kept because there is no secret in them, and how long they may be: at most a megabyte. */
const MOST_KEPT = 4096;
const LONGEST_KEPT = 128;

/**
 * The secrets of one configuration, by value: whatever a client, a server or the operating system says of them is masked, wherever it
 * comes up. Beside them what merely looks like a secret is masked.
 */
export class KnownSecrets {
  readonly #values: readonly string[];
  /** Values of attributes in which there was none. */
  readonly #clean = new Set<string>();

  constructor(values: Iterable<string>) {
    const forms = [...values].flatMap((value) => [value, encodeURIComponent(wellFormed(value))]);
    const distinct = new Set(forms.filter((value) => value.length >= SHORTEST));
    // The longest first: a secret may hold another one.
    this.#values = [...distinct].toSorted((a, b) => b.length - a.length);
  }

  /** `text` with stars in the place of secrets. The length stays. */
  mask(text: string): string {
    let shown = text;
    for (const value of this.#values)
      if (shown.includes(value)) shown = shown.replaceAll(value, "*".repeat(value.length));
    return maskCredentials(shown);
  }

  /**
   * The same attributes where none shows a secret, else a copy. For every span of the cache: but for keys the same few texts come again and again, so
   * that most were seen before. Names stay: code writes them.
   */
  maskAttributes(attributes: Attributes): Attributes {
    let masked: Record<string, string | number | boolean> | undefined;
    for (const name in attributes) {
      const value = attributes[name];
      if (typeof value !== "string") continue;
      const shown = this.#maskAgain(value);
      if (shown === value) continue;
      masked ??= { ...attributes };
      masked[name] = shown;
    }
    return masked ?? attributes;
  }

  /** {@link mask} for what is likely to come again. */
  #maskAgain(text: string): string {
    if (this.#clean.has(text)) return text;
    const shown = this.mask(text);
    if (shown !== text || text.length > LONGEST_KEPT) return shown;
    // Keys pass through here as well: whatever comes again is soon back.
    if (this.#clean.size >= MOST_KEPT) this.#clean.clear();
    this.#clean.add(text);
    return text;
  }

  /** Plain data with every text in it masked; names of properties too. */
  maskDeep<T>(data: T): T {
    // The same shape comes out: only texts are replaced by texts.
    return this.#masked(data) as T;
  }

  #masked(data: unknown): unknown {
    if (typeof data === "string") return this.mask(data);
    if (Array.isArray(data)) return data.map((item: unknown) => this.#masked(item));
    if (!isRawMap(data)) return data;
    return Object.fromEntries(
      Object.entries(data).map(([name, value]) => [this.mask(name), this.#masked(value)]),
    );
  }
}

/**
 * What a configuration holds that nobody may see: values of options called like secrets, also misspelt, with all that is below them, passwords and
 * tokens in URLs. `data` is the configuration with its variables expanded.
 */
export function secretsIn(data: unknown): readonly string[] {
  const found: string[] = [];
  collect(data, false, found);
  return found;
}

function collect(value: unknown, isSecret: boolean, found: string[]): void {
  if (typeof value === "string")
    found.push(...(isSecret ? [value, ...lines(value), ...bareOf(value)] : secretsOfUrls(value)));
  else if (typeof value === "number" && isSecret) found.push(String(value));
  else if (Array.isArray(value)) for (const item of value) collect(item, isSecret, found);
  else if (isRawMap(value))
    for (const [name, inner] of Object.entries(value))
      collect(inner, isSecret || isSecretName(name) || isMisspeltSecretName(name), found);
}

/** A private key is shown line by line where somebody shows the place in the file. */
function lines(value: string): readonly string[] {
  return value.includes("\n") ? value.split("\n").map((line) => line.trim()) : [];
}

/** What stands behind the scheme in a header that proves who sends. */
function bareOf(value: string): readonly string[] {
  const bare = /^(?:Bearer|Basic)\s+(\S+)$/i.exec(value)?.[1];
  return bare === undefined ? [] : [bare];
}

function wellFormed(value: string): string {
  return value.isWellFormed() ? value : "";
}
