import type { Bytes } from "@cogniverse/sdk";
import { damagedError, type Doing } from "../gcs-error.ts";
import type { GcsAnswer } from "../transport/gcs-transport.ts";
import type { GcsSession } from "./gcs-session.ts";

/** What the service takes in one go must be a multiple of this, but for the last. */
export const CHUNK_QUANTUM_BYTES: number = 256 * 1024;
/** Bytes sent in one request: what is lost and sent again when a connection breaks. */
const CHUNK_BYTES = 32 * CHUNK_QUANTUM_BYTES;

/** An upload in several requests, of which the service keeps what came: a broken connection costs a chunk, not the whole. */
export class ResumableUpload {
  readonly #session: GcsSession;
  readonly #path: string;
  readonly #doing: Doing;
  #sent = 0;

  private constructor(session: GcsSession, path: string, doing: Doing) {
    this.#session = session;
    this.#path = path;
    this.#doing = doing;
  }

  /** Tells the service what will come. `undefined` = the condition in `query` is not met. */
  static async begin(
    session: GcsSession,
    resource: Readonly<Record<string, unknown>>,
    query: Readonly<Record<string, string | undefined>>,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<ResumableUpload | undefined> {
    const path = session.paths.upload({
      uploadType: "resumable",
      name: String(resource["name"]),
      ...query,
    });
    const request = {
      method: "POST",
      path,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: [Buffer.from(JSON.stringify(resource))],
    } as const;
    const answer = await session.transport.exchange(request, doing, signal);
    if (answer.status === 412) return undefined;
    session.check(answer, doing);
    const { location } = answer.headers;
    if (location === undefined) throw damagedError(doing, "the service opened no upload");
    const { pathname, search } = new URL(location, "http://endpoint");
    return new ResumableUpload(session, pathname + search, doing);
  }

  /** Sends bytes that others follow: a multiple of {@link CHUNK_QUANTUM_BYTES}. */
  async send(data: Bytes, signal: AbortSignal | undefined): Promise<void> {
    const end = this.#sent + data.byteLength;
    const answer = await this.#put(data, this.#sent, "*", signal);
    if (answer.status !== 308) this.#session.check(answer, this.#doing);
    this.#sent = end;
  }

  /** Sends the last bytes, in chunks; the answer is that of the whole write. Gives the upload up where it fails. */
  async finish(data: Bytes, signal: AbortSignal | undefined): Promise<GcsAnswer> {
    const total = String(this.#sent + data.byteLength);
    try {
      for (let at = 0; ; at += CHUNK_BYTES) {
        const chunk = data.subarray(at, at + CHUNK_BYTES);
        const answer = await this.#put(chunk, this.#sent, total, signal);
        this.#sent += chunk.byteLength;
        if (answer.status !== 308) return answer;
        if (at + CHUNK_BYTES >= data.byteLength)
          throw damagedError(this.#doing, "the service waits for more bytes than there are");
      }
    } catch (error) {
      await this.giveUp();
      throw error;
    }
  }

  /** Lets the service forget what came. Never rejects: it forgets by itself after a week. */
  async giveUp(): Promise<void> {
    await this.#session.transport
      .exchange({ method: "DELETE", path: this.#path, body: [] }, this.#doing, undefined)
      .catch(() => undefined);
  }

  /** Sends `data`, which belongs at `from`; after a failure only what the service has not got. */
  #put(
    data: Bytes,
    from: number,
    total: string,
    signal: AbortSignal | undefined,
  ): Promise<GcsAnswer> {
    return this.#session.retrying("always", signal, async (number) => {
      const state = number === 0 ? from : await this.#received(signal);
      if (typeof state !== "number") return state;
      if (state < from || state > from + data.byteLength)
        throw damagedError(this.#doing, `the service has ${state} bytes instead of ${from}`);
      const answer = await this.#transfer(data.subarray(state - from), state, total, signal);
      // What may pass is retried here, where less than everything has to be sent again.
      if (answer.status === 408 || answer.status === 429 || answer.status >= 500)
        this.#session.check(answer, this.#doing);
      return answer;
    });
  }

  #transfer(
    data: Bytes,
    from: number,
    total: string,
    signal: AbortSignal | undefined,
  ): Promise<GcsAnswer> {
    const range = data.byteLength === 0 ? "*" : `${from}-${from + data.byteLength - 1}`;
    return this.#session.transport.exchange(
      {
        method: "PUT",
        path: this.#path,
        headers: { "content-range": `bytes ${range}/${total}` },
        body: [data],
      },
      this.#doing,
      signal,
    );
  }

  /** How many bytes the service has, or its answer to the whole where it has them all. */
  async #received(signal: AbortSignal | undefined): Promise<number | GcsAnswer> {
    const answer = await this.#transfer(new Uint8Array(0), 0, "*", signal);
    if (answer.status !== 308) return answer;
    const last = /-(\d+)$/.exec(answer.headers.range ?? "")?.[1];
    return last === undefined ? 0 : Number(last) + 1;
  }
}
