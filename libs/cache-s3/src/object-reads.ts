import {
  GetObjectCommand,
  HeadObjectCommand,
  type GetObjectCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import type {
  ObjectInfo,
  OpenObject,
  ReadObject,
  UnreadableObject,
} from "@cogniverse/object-store";
import type { Bytes, Call } from "@cogniverse/sdk";
import { Readable } from "node:stream";
import { collectBody, streamBody, type IncomingBody } from "./body.ts";
import type { Target } from "./multipart.ts";
import { objectInfo } from "./object-parameters.ts";
import { isAbsent, isArchived, readFailure, type S3Failure } from "./s3-failure.ts";
import type { S3Requests } from "./s3-requests.ts";

/** What {@link ObjectReads} works with. */
export type ObjectReadsOptions = Readonly<{
  client: S3Client;
  requests: S3Requests;
  target: Target;
}>;

/** An answer with a body. */
type Opened = Readonly<{ info: ObjectInfo; body: IncomingBody }>;
/** Answers without one. `beyond`: the range begins behind the object's end. */
type NoBody = "absent" | "unchanged" | "archived" | "beyond";

/** Reads of objects: each is one request. */
export class ObjectReads {
  readonly #client: S3Client;
  readonly #requests: S3Requests;
  readonly #target: Target;

  constructor({ client, requests, target }: ObjectReadsOptions) {
    this.#client = client;
    this.#requests = requests;
    this.#target = target;
  }

  /** {@link ObjectClient.read}. A connection that breaks within the body is as if there had been no answer. */
  async read(
    name: string,
    unless: string | undefined,
    call: Call | undefined,
  ): Promise<ReadObject | UnreadableObject | "unchanged" | undefined> {
    const condition = unless === undefined ? {} : { IfNoneMatch: unless };
    const answer = await this.#get(name, condition, call, async ({ info, body }) => ({
      info,
      data: await collectBody(body, call?.signal),
    }));
    if (typeof answer === "string") return bodiless(answer);
    const { info, data } = answer;
    return data === "corrupt" ? data : { info, data };
  }

  /** {@link ObjectClient.head}. */
  async head(name: string, call: Call | undefined): Promise<ObjectInfo | undefined> {
    const answer = await this.#requests.send(
      {
        operation: "HeadObject",
        name,
        repeatable: true,
        known: (failure) => (isAbsent(failure) ? "absent" : undefined),
      },
      (options) =>
        this.#client.send(new HeadObjectCommand({ ...this.#target, Key: name }), options),
      call,
    );
    return answer === "absent" ? undefined : objectInfo(answer);
  }

  /** {@link ObjectClient.open}. A range behind the end is empty. */
  async open(
    name: string,
    range: readonly [from: number, to: number] | undefined,
    call: Call | undefined,
  ): Promise<OpenObject | UnreadableObject | undefined> {
    if (range !== undefined && range[0] >= range[1]) return this.#openEmpty(name, call);
    const part = range === undefined ? {} : { Range: `bytes=${range[0]}-${range[1] - 1}` };
    const answer = await this.#get(name, part, call, (open) => Promise.resolve(open));
    if (answer === "beyond") return this.#openEmpty(name, call);
    if (typeof answer === "string") {
      const told = bodiless(answer);
      return told === "unchanged" ? undefined : told;
    }
    return { info: answer.info, body: this.#stream(name, answer.body, call) };
  }

  #get<R extends object>(
    name: string,
    input: Readonly<{ IfNoneMatch?: string; Range?: string }>,
    call: Call | undefined,
    use: (opened: Opened) => Promise<R>,
  ): Promise<R | NoBody> {
    const whole = { ...this.#target, Key: name, ChecksumMode: "ENABLED", ...input } as const;
    return this.#requests.send(
      { operation: "GetObject", name, repeatable: true, known: bodilessAnswer },
      async (options) => use(opened(await this.#client.send(new GetObjectCommand(whole), options))),
      call,
    );
  }

  async #openEmpty(name: string, call: Call | undefined): Promise<OpenObject | undefined> {
    const info = await this.head(name, call);
    return info === undefined ? undefined : { info, body: Readable.from([]) };
  }

  async *#stream(
    name: string,
    body: IncomingBody,
    call: Call | undefined,
  ): AsyncGenerator<Bytes, void> {
    try {
      yield* streamBody(body, call?.signal);
    } catch (error) {
      call?.signal?.throwIfAborted();
      throw this.#requests.translate(readFailure(error), { operation: "GetObject", name });
    }
  }
}

function bodiless(answer: NoBody): UnreadableObject | "unchanged" | undefined {
  return answer === "absent" || answer === "beyond" ? undefined : answer;
}

function bodilessAnswer(failure: S3Failure): NoBody | undefined {
  if (isAbsent(failure)) return "absent";
  if (isArchived(failure)) return "archived";
  if (failure.status === 304) return "unchanged";
  return failure.status === 416 ? "beyond" : undefined;
}

function opened(answer: GetObjectCommandOutput): Opened {
  const { Body, ContentLength, ContentRange, ChecksumCRC32 } = answer;
  // A checksum is of the whole object; some servers send it with a part too.
  const crc32 = ContentRange === undefined ? ChecksumCRC32 : undefined;
  return {
    info: objectInfo(answer),
    body: { stream: readable(Body), bytes: ContentLength, crc32 },
  };
}

/** Handlers other than Node's give web streams. */
function readable(body: GetObjectCommandOutput["Body"]): Readable {
  if (body === undefined) return Readable.from([]);
  return body instanceof Readable ? body : Readable.from(body.transformToWebStream());
}
