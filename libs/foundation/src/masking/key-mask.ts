import { createHmac, randomBytes } from "node:crypto";
import { encodeKey } from "@cogniverse/sdk/keys";
import type { KeyVisibility } from "./key-visibility.ts";

/** Digits of the HMAC that are shown: 64 bits, far from a collision among a tenant's keys. */
const DIGITS = 16;

/** Forms and tenants remembered in each of two generations: a hit costs no HMAC, and memory is bounded. */
const REMEMBERED = 2048;

const SCOPE_KINDS: ReadonlySet<string> = new Set(["key", "prefix", "tag", "glob"]);

/** Says which form of a key or scope is shown. The same text of the same tenant always has the same form. */
export class KeyMask {
  readonly #visibility: KeyVisibility;
  readonly #secret: string | Buffer;
  readonly #forms = new TwoGenerations<string>(REMEMBERED);
  readonly #tenantSecrets = new TwoGenerations<Buffer>(REMEMBERED);

  /** Without a secret a random one is made: forms cannot be compared with those of another process. */
  constructor(visibility: KeyVisibility, secret: string | undefined) {
    this.#visibility = visibility;
    this.#secret = secret ?? randomBytes(32);
  }

  /** `text`: a key as a person writes it, or its canonical path; both have the same form. */
  key(tenantId: string, text: string): string {
    if (this.#visibility === "plain") return text;
    // A tenant id holds no space.
    const name = `${tenantId} ${text}`;
    return this.#forms.get(name) ?? this.#forms.set(name, this.#keyForm(tenantId, text));
  }

  /** `text`: kind and value of a scope, "tag video:ab"; the kind is always shown, and of a kind that is not known nothing else. */
  scope(tenantId: string, text: string): string {
    if (this.#visibility === "plain") return text;
    const space = text.indexOf(" ");
    const kind = space < 0 ? text : text.slice(0, space);
    if (space < 0) return kind === "tenant" ? kind : this.key(tenantId, text);
    const value = text.slice(space + 1);
    if (kind === "key" || kind === "prefix") return `${kind} ${this.key(tenantId, value)}`;
    return `${SCOPE_KINDS.has(kind) ? kind : "scope"} ${this.#hmac(tenantId, value)}`;
  }

  #keyForm(tenantId: string, text: string): string {
    const path = canonical(text);
    const digits = this.#hmac(tenantId, path);
    if (this.#visibility === "hmac") return digits;
    const segments = path.replace(/\/$/, "").split("/");
    const shown = segments.slice(0, Math.min(2, segments.length - 1));
    return [...shown, `#${digits}`].join("/");
  }

  #hmac(tenantId: string, text: string): string {
    const secret =
      this.#tenantSecrets.get(tenantId) ??
      this.#tenantSecrets.set(
        tenantId,
        createHmac("sha256", this.#secret).update(tenantId).digest(),
      );
    return createHmac("sha256", secret).update(text).digest("hex").slice(0, DIGITS);
  }
}

/** Keeps what was used lately, between one and two times `size`, without a write per look-up. */
class TwoGenerations<V> {
  readonly #size: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(size: number) {
    this.#size = size;
  }

  get(name: string): V | undefined {
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const old = this.#old.get(name);
    return old === undefined ? undefined : this.set(name, old);
  }

  set(name: string, value: V): V {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, value);
    return value;
  }
}

/** The canonical path of a key text. A canonical path that is no key text stands for itself; one that is both means the same key. */
export function canonical(text: string): string {
  try {
    return encodeKey(text);
  } catch {
    return text;
  }
}
