import type { IncomingMessage } from "node:http";
import type {
  ObjectInfo,
  OpenObject,
  ReadObject,
  UnreadableObject,
} from "@cogniverse/object-store";
import type { Call } from "@cogniverse/sdk";
import { damagedError, refusalError, type Doing } from "../gcs-error.ts";
import { parseAnswer, parseRefusal } from "../transport/refusal.ts";
import type { GcsSession } from "./gcs-session.ts";
import { checksumInHeader } from "./checksum.ts";
import { readAsItComes, readWhole } from "./object-body.ts";
import {
  asGeneration,
  factsInHeaders,
  factsInResource,
  OBJECT_FIELDS,
  type ObjectResource,
} from "./object-facts.ts";
import type { Query } from "./object-paths.ts";

/** The service hands compressed objects out decompressed to whoever does not say that it takes them as they are. */
const VERBATIM = { "accept-encoding": "gzip" };

/** Reads of one bucket: one GET each, through the XML API, whose answer carries the custom metadata. */
export class ObjectReader {
  readonly #session: GcsSession;

  constructor(session: GcsSession) {
    this.#session = session;
  }

  /** Bytes whose checksum is wrong are fetched once more: what is wrong twice is stored so. */
  async read(name: string, call: Call): Promise<ReadObject | UnreadableObject | undefined> {
    const doing = this.#session.doing("read", name);
    for (let number = 0; ; number++) {
      const whole = await this.#session.retrying("always", call.signal, () =>
        this.#readOnce(name, doing, call.signal),
      );
      if (whole === undefined || whole.sound) return whole?.object;
      if (number > 0) return "corrupt";
    }
  }

  /** Whether the object is still of this generation: a GET of the metadata, answered 304 where it is. */
  async isUnchanged(name: string, etag: string, call: Call): Promise<boolean> {
    const found = await this.#describe(
      name,
      { ifGenerationNotMatch: asGeneration(etag), fields: "generation" },
      call,
    );
    return found === "unchanged" || found?.generation === etag;
  }

  /** One GET of the metadata: unlike HEAD its 404 says whether it is the bucket that is missing. */
  async head(name: string, call: Call): Promise<ObjectInfo | undefined> {
    const found = await this.#describe(name, { fields: OBJECT_FIELDS }, call);
    return found === undefined || found === "unchanged" ? undefined : factsInResource(found);
  }

  async open(
    name: string,
    range: readonly [from: number, to: number] | undefined,
    call: Call,
  ): Promise<OpenObject | undefined> {
    if (range !== undefined && range[1] <= range[0]) return this.#openNothing(name, call);
    const doing = this.#session.doing("read", name);
    const wanted: Record<string, string> =
      range === undefined ? {} : { range: `bytes=${range[0]}-${range[1] - 1}` };
    const incoming = await this.#session.retrying("always", call.signal, () =>
      this.#get(name, wanted, doing, call.signal),
    );
    if (incoming === undefined) return undefined;
    if (incoming.statusCode === 416) {
      incoming.destroy();
      return this.#openNothing(name, call);
    }
    const body = readAsItComes(incoming, {
      failure: (error) => this.#session.transport.failure(doing, error, call.signal),
      checksum:
        incoming.statusCode === 200 ? checksumInHeader(incoming.headers["x-goog-hash"]) : undefined,
      damaged: () => damagedError(doing, "its bytes are not what their CRC32C says"),
    });
    return { info: factsInHeaders(incoming.headers), body };
  }

  async #openNothing(name: string, call: Call): Promise<OpenObject | undefined> {
    const info = await this.head(name, call);
    return info === undefined ? undefined : { info, body: nothing() };
  }

  async #readOnce(
    name: string,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<Readonly<{ sound: boolean; object: ReadObject }> | undefined> {
    const incoming = await this.#get(name, {}, doing, signal);
    if (incoming === undefined) return undefined;
    const { data, checksum } = await readWhole(incoming).catch((error: unknown) => {
      throw this.#session.transport.failure(doing, error, signal);
    });
    const wanted = checksumInHeader(incoming.headers["x-goog-hash"]);
    const object = { info: { ...factsInHeaders(incoming.headers), bytes: data.byteLength }, data };
    return { sound: wanted === undefined || wanted === checksum, object };
  }

  #describe(
    name: string,
    query: Query,
    { signal }: Call,
  ): Promise<ObjectResource | "unchanged" | undefined> {
    const doing = this.#session.doing("look at", name);
    const request = { method: "GET", path: this.#session.paths.metadata(name, query) } as const;
    return this.#session.retrying("always", signal, async () => {
      const answer = await this.#session.transport.exchange(request, doing, signal);
      if (answer.status === 304) return "unchanged";
      if (answer.status !== 404) return this.#session.json(answer, doing) as ObjectResource;
      await this.#session.checkBucket(parseAnswer(answer), doing, signal);
      return undefined;
    });
  }

  /** `undefined` where the object is not there. */
  async #get(
    name: string,
    headers: Readonly<Record<string, string>>,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage | undefined> {
    const { transport, paths } = this.#session;
    const request = {
      method: "GET",
      path: paths.media(name),
      headers: { ...VERBATIM, ...headers },
    } as const;
    const incoming = await transport.open(request, doing, signal);
    const status = incoming.statusCode ?? 0;
    if (status === 200 || status === 206 || status === 416) return incoming;
    const body = await transport.collect(incoming, doing, signal);
    const refusal = parseRefusal(status, body.toString());
    if (status !== 404) throw refusalError(doing, refusal);
    await this.#session.checkBucket(refusal, doing, signal);
    return undefined;
  }
}

async function* nothing(): AsyncGenerator<never, void> {
  // An empty range has no bytes, and a request for it would be answered with all of them.
}
