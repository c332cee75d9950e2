import { CacheError, type CacheManager, type Invalidation, type LogPlace } from "@cogniverse/sdk";
import type { ModelValue } from "@cogniverse/testkit";
import type { DrawnRead } from "./drawn-calls.ts";
import type { ParentLink } from "./parent-link.ts";
import { soakKeys, videoOf } from "./soak-keys.ts";
import type { SoakEnd, SoakRead, SoakWrite } from "./soak-words.ts";

/** What of a compute's context is used. */
interface Context {
  readonly setTags: (...tags: string[]) => void;
  readonly dependsOn: (...sources: string[]) => void;
}

type Calls = Pick<
  CacheManager,
  "get" | "getOrCompute" | "put" | "delete" | "invalidate" | "invalidateVideo" | "position"
>;

type Changes = Exclude<SoakWrite, Readonly<{ do: "refresh" }>>;

/** Calls a node's cache as users do, and tells what came of it. */
export class SoakCaller {
  readonly #cache: Calls;
  readonly #link: ParentLink;

  constructor(cache: Calls, link: ParentLink) {
    this.#cache = cache;
    this.#link = link;
  }

  async read({ do: how, tenant, key }: DrawnRead): Promise<void> {
    const read = (): Promise<unknown> => this.#cache.get(key, tenant);
    const reading =
      how === "get"
        ? this.#told({ tenant, key, refresh: false }, read)
        : this.#compute(tenant, key, false);
    // What it threw is told.
    await reading.catch(() => undefined);
  }

  async write(write: SoakWrite): Promise<void> {
    await this.#link.call(write.do, async (asked) => {
      const since = write.do === "putSince" ? await this.#position(write.tenant) : undefined;
      if (write.do === "putSince" && since === undefined) return undefined;
      const { id, version } = await this.#link.write(write);
      const began = this.#link.now();
      const done = await this.#send(write, version, since).catch(refusal);
      return { end: id, asked, began, ended: this.#link.now(), ...done };
    });
  }

  async #send(write: SoakWrite, version: number, since?: LogPlace): Promise<Outcome> {
    if (write.do !== "refresh") {
      const { position, superseded } = await this.#change(write, version, since);
      return { position, superseded };
    }
    await this.#compute(write.tenant, write.key, true);
    return {};
  }

  #change(write: Changes, version: number, since?: LogPlace): Promise<Invalidation> {
    const { tenant } = write;
    if (write.do === "delete") return this.#cache.delete(write.key, tenant);
    if (write.do === "invalidate") {
      const { scope, mode } = write;
      const video = scope.kind === "tag" ? videoOf(scope.value) : undefined;
      return video === undefined
        ? this.#cache.invalidate(scope, tenant, { mode })
        : this.#cache.invalidateVideo(video, tenant, { mode });
    }
    const { key } = write;
    const options = { tags: ownTags(key), ...(since !== undefined && { since }) };
    return this.#cache.put(key, { tenant, key, of: { [key]: version } }, tenant, options);
  }

  async #compute(tenant: string, key: string, refresh: boolean): Promise<ModelValue> {
    let ran = false;
    const compute = (context: Context): Promise<ModelValue> => {
      ran = true;
      return this.#made(tenant, key, context);
    };
    const read = (): Promise<ModelValue> =>
      this.#cache.getOrCompute<ModelValue>(key, tenant, compute, { refresh });
    return this.#told({ tenant, key, refresh }, read, () => ran);
  }

  /** Reads each source, some through the cache, and says which versions it saw. */
  async #made(tenant: string, key: string, context: Context): Promise<ModelValue> {
    const { named, sources } = soakKeys.get(key);
    const of: Record<string, number> = {};
    context.setTags(...ownTags(key));
    of[key] = await this.#link.source(tenant, key);
    for (const source of named) {
      context.dependsOn(source);
      of[source] = await this.#link.source(tenant, source);
    }
    for (const source of sources) {
      const part = await this.#compute(tenant, source, false);
      for (const [name, version] of Object.entries(part.of))
        of[name] = Math.min(of[name] ?? version, version);
    }
    return { tenant, key, of };
  }

  /** Runs a read and tells what came of it, for whoever waits for it too. */
  async #told<T>(
    about: About,
    read: () => Promise<T>,
    computed = (): boolean => false,
  ): Promise<T> {
    const { tenant, key, refresh } = about;
    const outcome = Promise.withResolvers<T>();
    await this.#link.call(`read of ${key}`, async (began): Promise<SoakRead | undefined> => {
      const told = (what: Pick<SoakRead, "value" | "error">): SoakRead => {
        return { tenant, key, began, ended: this.#link.now(), computed: computed(), ...what };
      };
      try {
        const value = await read();
        outcome.resolve(value);
        return told({ value });
      } catch (error) {
        outcome.reject(error);
        // A refresh writes, and may be refused as any write.
        return refresh && CacheError.isInstance(error) ? undefined : told({ error: String(error) });
      }
    });
    return outcome.promise;
  }

  async #position(tenant: string): Promise<LogPlace | undefined> {
    return this.#cache.position(tenant).catch(() => undefined);
  }
}

type About = Readonly<{ tenant: string; key: string; refresh: boolean }>;

type Outcome = Pick<SoakEnd, "position" | "superseded" | "code" | "error">;

function refusal(error: unknown): Outcome {
  return CacheError.isInstance(error) ? { code: error.code } : { error: String(error) };
}

/** Without those that the cache gives a key by itself. */
function ownTags(key: string): string[] {
  return soakKeys.get(key).tags.filter((tag) => videoOf(tag) === undefined);
}
