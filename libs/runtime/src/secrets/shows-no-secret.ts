import { types } from "node:util";
import type { KnownSecrets } from "./known-secrets.ts";

/** So deep a print of an error goes at most. */
const DEPTH = 8;
/** Beyond so many values, or characters, nobody looks on: errors of clients may hold half the process. */
const VALUES = 500;
const CHARACTERS = 65_536;
/** What is shown of an error, also where its class says it. */
const TEXTS = ["name", "message", "code", "stack"] as const;

/**
 * True where a print of `root` cannot show a secret: every text in it was looked at, and there was none. False also where it is too large for that, or
 * will not be looked at. Of getters only those are run that whoever shows an error runs; never throws.
 */
export function showsNoSecret(root: unknown, secrets: KnownSecrets): boolean {
  try {
    return new Look(secrets).isClean(root);
  } catch {
    // A proxy, or a getter.
    return false;
  }
}

class Look {
  readonly #secrets: KnownSecrets;
  readonly #seen = new Set<object>();
  #values = VALUES;
  #characters = CHARACTERS;

  constructor(secrets: KnownSecrets) {
    this.#secrets = secrets;
  }

  isClean(root: unknown): boolean {
    let level: unknown[] = [root];
    for (let depth = 0; depth <= DEPTH && level.length > 0; depth++) {
      const next: unknown[] = [];
      for (const value of level) if (!this.#passes(value, next)) return false;
      level = next;
    }
    return true;
  }

  /** Puts what is inside `value` into `next`. */
  #passes(value: unknown, next: unknown[]): boolean {
    if (--this.#values < 0) return false;
    if (typeof value === "string") return this.#isCleanText(value);
    if (typeof value === "function") return true;
    if (typeof value !== "object" || value === null) return this.#isCleanText(String(value));
    if (this.#seen.has(value)) return true;
    this.#seen.add(value);
    // A print shows the first bytes in hexadecimal: no secret looks like that.
    if (ArrayBuffer.isView(value)) return true;
    if (value instanceof Map) return this.#all(value, next, ([name, inner]) => [name, inner]);
    if (value instanceof Set) return this.#all(value, next, (inner) => [inner]);
    return this.#properties(value, next);
  }

  #all<T>(values: Iterable<T>, next: unknown[], inside: (value: T) => unknown[]): boolean {
    for (const value of values) {
      if (next.length > this.#values) return false;
      next.push(...inside(value));
    }
    return true;
  }

  #properties(value: object, next: unknown[]): boolean {
    if (Array.isArray(value) && value.length > this.#values) return false;
    if (types.isNativeError(value)) for (const name of TEXTS) next.push(Reflect.get(value, name));
    for (const name of Reflect.ownKeys(value)) {
      if (next.length > this.#values || !this.#isCleanText(String(name))) return false;
      next.push(Reflect.getOwnPropertyDescriptor(value, name)?.value);
    }
    return true;
  }

  #isCleanText(text: string): boolean {
    this.#characters -= text.length;
    return this.#characters >= 0 && this.#secrets.mask(text) === text;
  }
}
