import { createHash } from "node:crypto";
import { CacheError, type Bytes, type Call } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import type {
  ListedObject,
  ObjectClient,
  ObjectCondition,
  ObjectHeaders,
  ObjectInfo,
  ObjectWrite,
  OpenObject,
  ReadObject,
  UnreadableObject,
} from "../src/index.ts";

export type StoredObject = Readonly<{
  data: Bytes;
  info: ObjectInfo;
  storageClass?: string | undefined;
}>;

/** What is in a bucket, on the server's own clock. */
export class MemoryBucket {
  readonly objects = new Map<string, StoredObject>();
  /** Objects whose read answers this instead. */
  readonly unreadable = new Map<string, UnreadableObject>();
  serverNow = 1_700_000_000_000;
  /** Named by content like S3's, so that equal bytes have equal etags. */
  set(name: string, data: Bytes, { headers, storageClass }: ObjectWrite): string {
    const etag = createHash("md5").update(data).digest("hex");
    const info = { etag, bytes: data.byteLength, headers, modifiedAt: this.serverNow };
    this.unreadable.delete(name);
    this.objects.set(name, { data: new Uint8Array(data), info, storageClass });
    return etag;
  }

  meets(name: string, condition: ObjectCondition | undefined): boolean {
    const etag = this.objects.get(name)?.info.etag;
    if (condition === undefined) return true;
    return condition.if === "absent" ? etag === undefined : etag === condition.etag;
  }
}

/** One request: its answer is what `send` gives; a test may hold it, fail it, or lose its answer. */
export type Around = (
  request: Readonly<{ op: string; name: string; write?: ObjectWrite; data?: Bytes }>,
  send: () => unknown,
) => unknown;

/** A client of a bucket in this process, whose requests a test can put in the order it wants. */
export class MemoryClient implements ObjectClient {
  readonly bucket: MemoryBucket;
  readonly metadataLimitBytes: number = 2048;
  readonly requests: string[] = [];
  /** Whether listings carry headers, as those of GCS do. */
  listsHeaders = false;
  pageSize = 1000;
  around: Around = (_request, send) => send();
  closed = false;

  constructor(bucket: MemoryBucket = new MemoryBucket()) {
    this.bucket = bucket;
  }

  count(op: string): number {
    return this.requests.filter((request) => request.startsWith(`${op} `)).length;
  }

  read(
    name: string,
    { unless }: { unless?: string | undefined } = {},
    call?: Call,
  ): Promise<ReadObject | UnreadableObject | "unchanged" | undefined> {
    return this.#request({ op: "read", name }, call, () => {
      const unreadable = this.bucket.unreadable.get(name);
      const found = this.bucket.objects.get(name);
      if (found === undefined || unreadable !== undefined) return unreadable;
      if (found.info.etag === unless) return "unchanged";
      return { info: found.info, data: new Uint8Array(found.data) };
    });
  }

  head(name: string, call?: Call): Promise<ObjectInfo | undefined> {
    return this.#request({ op: "head", name }, call, () => {
      const info = this.bucket.objects.get(name)?.info;
      return info && { ...info, archived: this.bucket.unreadable.get(name) === "archived" };
    });
  }

  open(
    name: string,
    range?: readonly [number, number],
    call?: Call,
  ): Promise<OpenObject | UnreadableObject | undefined> {
    return this.#request({ op: "open", name }, call, () => {
      const unreadable = this.bucket.unreadable.get(name);
      const found = this.bucket.objects.get(name);
      if (found === undefined || unreadable !== undefined) return unreadable;
      const data = range === undefined ? found.data : found.data.subarray(...range);
      return { info: found.info, body: heard(chunks(data), call?.signal) };
    });
  }

  write(name: string, data: Bytes, write: ObjectWrite, call?: Call): Promise<string | undefined> {
    return this.#request({ op: "write", name, write, data }, call, () =>
      this.bucket.meets(name, write.condition) ? this.bucket.set(name, data, write) : undefined,
    );
  }

  async upload(
    name: string,
    body: AsyncIterable<Bytes>,
    headers: () => ObjectHeaders,
    options: { storageClass?: string | undefined } = {},
    call?: Call,
  ): Promise<string> {
    const parts: Bytes[] = [];
    for await (const part of heard(body, call?.signal)) parts.push(part);
    const write = { headers: headers(), ...options } as ObjectWrite; // undefined is as good as left out here
    return this.#request({ op: "upload", name, write }, call, () =>
      this.bucket.set(name, Buffer.concat(parts), write),
    );
  }

  delete(name: string, etag?: string, call?: Call): Promise<boolean> {
    return this.#request({ op: "delete", name }, call, () => {
      if (etag !== undefined && !this.bucket.meets(name, { if: "match", etag })) return false;
      this.bucket.unreadable.delete(name);
      return this.bucket.objects.delete(name);
    });
  }

  async deleteMany(names: readonly string[], call?: Call): Promise<void> {
    await this.#request({ op: "deleteMany", name: names.join(" ") }, call, () => {
      for (const name of names) this.bucket.objects.delete(name);
    });
  }

  async *list(
    prefix: string,
    { after }: { after?: string | undefined } = {},
    call?: Call,
  ): AsyncIterable<readonly ListedObject[]> {
    for (let last = after; ;) {
      const page = await this.#request({ op: "list", name: prefix }, call, () =>
        this.#page(prefix, last),
      );
      if (page.length > 0) yield page;
      last = page.at(-1)?.name;
      if (page.length < this.pageSize) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
  }

  #page(prefix: string, after: string | undefined): readonly ListedObject[] {
    const names = [...this.bucket.objects.keys()]
      .filter((name) => name.startsWith(prefix) && (after === undefined || name > after))
      .toSorted();
    return names.slice(0, this.pageSize).flatMap((name) => {
      const info = this.bucket.objects.get(name)?.info;
      if (info === undefined) return [];
      const { etag, bytes, headers, modifiedAt } = info;
      const line = { name, etag, bytes, ...(modifiedAt === undefined ? {} : { modifiedAt }) };
      return [this.listsHeaders ? { ...line, headers } : line];
    });
  }

  async #request<T>(
    request: Parameters<Around>[0],
    call: Call | undefined,
    work: () => T,
  ): Promise<T> {
    call?.signal?.throwIfAborted();
    if (this.closed) throw new CacheError("closed", "The client was closed");
    this.requests.push(`${request.op} ${request.name}`);
    await settle(1);
    // A test that answers something else gives what the operation may answer.
    const answer = (await this.around(request, work)) as T;
    await settle(1);
    return answer;
  }
}

async function* chunks(data: Bytes): AsyncIterable<Bytes> {
  for (let at = 0; at < data.byteLength; at += 65_536) yield data.slice(at, at + 65_536);
}

/** What comes, until the signal aborts: that ends the waiting at once, and the source is left. */
async function* heard(
  body: AsyncIterable<Bytes>,
  signal: AbortSignal | undefined,
): AsyncIterable<Bytes> {
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const abort = (): void => aborted.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const source = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const next = await Promise.race([source.next(), aborted.promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    void source.return?.();
  }
}
