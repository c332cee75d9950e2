import type { LogRecord, Position } from "@cogniverse/sdk";
import { raise, type Mark } from "../invalidation/mark.ts";

/** The last record on the key itself, and the last one that killed everything of the tenant. */
export type Spoken = Readonly<{ key: Mark | undefined; tenant: Position }>;

/**
 * From which contents of which keys something was derived, as the log says: by the records of those who derived, and by those that put a
 * content in place (protocol rule 19). What a later record killed together with the source says nothing any more.
 */
export class KnownSources {
  readonly #marks = new Map<string, Mark>();
  #listener: ((path: string) => void) | undefined;
  #textBytes = 0;

  /** Takes the record of somebody who derived something from this key. */
  raise(path: string, record: LogRecord): void {
    if (!this.#marks.has(path)) this.#textBytes += path.length;
    raise(this.#marks, path, record);
    this.#listener?.(path);
  }

  clear(): void {
    this.#marks.clear();
    this.#textBytes = 0;
  }

  /** Forgets what stands at this position or before it. */
  forgetUpTo(position: Position): void {
    for (const [path, mark] of this.#marks) {
      if (mark.any > position) continue;
      this.#marks.delete(path);
      this.#textBytes -= path.length;
    }
  }

  /** Told of each key that something was derived from, while the log is being applied. One listener: that of the manager whose mirror it is. */
  onSource(listener: (path: string) => void): void {
    this.#listener = listener;
  }

  get size(): number {
    return this.#marks.size;
  }

  get textBytes(): number {
    return this.#textBytes;
  }

  /** Whether something may live that was derived from another content of the key than this one: who brings this one has to say so. */
  otherLives(path: string, digest: string, { key, tenant }: Spoken): boolean {
    const put = contentPut(key, tenant);
    if (put !== undefined && put !== digest) return true;
    const since = spokenAt({ key, tenant });
    const derived = this.#marks.get(path);
    if (derived === undefined || derived.any <= since) return false;
    return derived.digest !== digest || derived.other > since;
  }

  /** Whether whoever brings another content than this one will know from the log that something may have been derived from it. */
  isKnown(path: string, digest: string, { key, tenant }: Spoken): boolean {
    if (contentPut(key, tenant) === digest) return true;
    const since = spokenAt({ key, tenant });
    const derived = this.#marks.get(path);
    if (derived === undefined || derived.any <= since) return false;
    return derived.digest === digest || derived.other > since;
  }
}

/** Where the log last spoke of the key or of all: what was said of it as a source before is over. */
export function spokenAt({ key, tenant }: Spoken): Position {
  return key !== undefined && key.any > tenant ? key.any : tenant;
}

/** What the last record on the key put in place; whatever was derived from anything else before it is dead. */
function contentPut(key: Mark | undefined, tenant: Position): string | undefined {
  return key === undefined || key.any <= tenant ? undefined : key.digest;
}
