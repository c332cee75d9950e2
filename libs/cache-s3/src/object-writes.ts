import {
  CopyObjectCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { ObjectHeaders, ObjectWrite } from "@cogniverse/object-store";
import { CacheError, type Bytes, type Call } from "@cogniverse/sdk";
import { crc32Of } from "./checksum.ts";
import type { CleanUps } from "./clean-ups.ts";
import {
  asBuffer,
  conditionParameters,
  Multipart,
  type MultipartResult,
  type MultipartWrite,
  type Target,
} from "./multipart.ts";
import {
  encryptionParameters,
  objectParameters,
  quoted,
  type WritePolicy,
} from "./object-parameters.ts";
import { gatherParts, sliceParts, untilAborted, type BodyPart } from "./parts.ts";
import { isUnmet } from "./s3-failure.ts";
import type { S3Requests } from "./s3-requests.ts";

/** How often a body in parts is sent again that met another write (409). */
const STORE_ATTEMPTS = 3;

/**
 * Sizes that decide how a body travels. `partBytes`: of a body of unknown length (S3: at least 5 MiB). `putBytes`: the largest body of one PUT, and
 * the size of its parts above. `copyBytes`: the largest copy of one request (S3: at most 5 GiB), and the size of its parts above.
 */
export type TransferSizes = Readonly<{
  partBytes: number;
  putBytes: number;
  copyBytes: number;
  partsInFlight: number;
}>;

/** 40 MiB of memory for a stream. AWS advises parts from 100 MB on; a copy of 1 GiB ends within everybody's time limits. */
export const TRANSFER_SIZES: TransferSizes = {
  partBytes: 8 * 2 ** 20,
  putBytes: 128 * 2 ** 20,
  copyBytes: 2 ** 30,
  partsInFlight: 4,
};

/** What {@link ObjectWrites} works with. */
export type ObjectWritesOptions = Readonly<{
  client: S3Client;
  requests: S3Requests;
  target: Target;
  policy: WritePolicy;
  /** A new name for a body that is not to be visible yet. */
  uploadName: () => string;
  sizes: TransferSizes;
  /** Larger values are refused, those in memory before anything is sent. */
  maxValueBytes: number;
  cleanUps: CleanUps;
}>;

/** An upload whose first parts are read. */
type BegunUpload = Readonly<{
  name: string;
  begun: readonly BodyPart[];
  rest: AsyncIterable<BodyPart>;
  headers: () => ObjectHeaders;
  storageClass?: string | undefined;
}>;

/** Writes of objects. */
export class ObjectWrites {
  readonly #options: ObjectWritesOptions;
  readonly #multipart: Multipart;

  constructor(options: ObjectWritesOptions) {
    const { client, requests, target, sizes, cleanUps } = options;
    this.#options = options;
    this.#multipart = new Multipart(client, requests, {
      target,
      inFlight: sizes.partsInFlight,
      cleanUps,
    });
  }

  /** {@link ObjectClient.write}: one PUT, or parts where the body is large. */
  async write(
    name: string,
    data: Bytes,
    write: ObjectWrite,
    call: Call | undefined,
  ): Promise<string | undefined> {
    const { client, requests, target, sizes } = this.#options;
    this.#checkSize(name, data.byteLength);
    if (data.byteLength > sizes.putBytes) return this.#writeInParts(name, data, write, call);
    const conditional = write.condition !== undefined;
    const Body = asBuffer(data);
    const input = {
      ...target,
      Key: name,
      ...this.#parameters(name, data.byteLength, write),
      ...conditionParameters(write.condition),
      ContentLength: Body.byteLength,
      ChecksumCRC32: crc32Of(data),
    };
    const answer = await requests.send(
      {
        operation: "PutObject",
        name,
        repeatable: !conditional,
        known: (failure) => (conditional && isUnmet(failure) ? "unmet" : undefined),
      },
      (options) => client.send(new PutObjectCommand({ ...input, Body }), options),
      call,
    );
    return answer === "unmet" ? undefined : quoted(answer.ETag);
  }

  /**
   * {@link ObjectClient.upload}. S3 wants an object's headers before its body: a body of more than one part goes to a name of its own and is
   * copied within the service once its headers are known.
   */
  async upload(
    name: string,
    body: AsyncIterable<Bytes>,
    options: Readonly<{ headers: () => ObjectHeaders; storageClass?: string | undefined }>,
    call: Call | undefined,
  ): Promise<string> {
    const signal = call?.signal ?? new AbortController().signal;
    const rest = untilAborted(gatherParts(body, this.#options.sizes.partBytes), signal);
    const first = await rest.next();
    const second = first.done === true ? first : await rest.next();
    if (first.done !== true && second.done !== true)
      return this.#uploadInParts(
        { name, begun: [first.value, second.value], rest, ...options },
        call,
      );
    const data = first.done === true ? new Uint8Array(0) : first.value.data;
    const { headers, storageClass } = options;
    const write = { headers: headers(), ...(storageClass === undefined ? {} : { storageClass }) };
    return stored(name, await this.write(name, data, write, call));
  }

  async #writeInParts(
    name: string,
    data: Bytes,
    write: ObjectWrite,
    call: Call | undefined,
  ): Promise<string | undefined> {
    const parameters = this.#parameters(name, data.byteLength, write);
    const { condition } = write;
    const parts = (): AsyncIterable<BodyPart> => sliceParts(data, this.#options.sizes.putBytes);
    return this.#untilNoConflict({ name, parameters, condition }, (whole) =>
      this.#multipart.store(whole, parts(), call),
    );
  }

  async #uploadInParts(upload: BegunUpload, call: Call | undefined): Promise<string> {
    const { uploadName, sizes } = this.#options;
    const hidden = uploadName();
    let bytes = 0;
    const parts = untold(upload, (part) => {
      bytes += part.data.byteLength;
      this.#checkSize(upload.name, bytes);
    });
    const whole = { name: hidden, parameters: encryptionParameters(this.#options.policy) };
    try {
      const result = await this.#multipart.store(whole, parts, call);
      if (result.outcome !== "stored") throw outOfTurn(upload.name);
      const { name, headers, storageClass } = upload;
      const parameters = this.#parameters(name, bytes, { headers: headers(), storageClass });
      const source = { name: hidden, bytes };
      if (bytes <= sizes.copyBytes) return await this.#copy(source, { name, parameters }, call);
      return await this.#copyInParts(source, { name, parameters }, call);
    } finally {
      this.#remove(hidden);
    }
  }

  async #copy(
    source: Source,
    { name, parameters }: MultipartWrite,
    call: Call | undefined,
  ): Promise<string> {
    const { client, requests, target } = this.#options;
    const input = {
      ...target,
      Key: name,
      CopySource: copySource(target.Bucket, source.name),
      MetadataDirective: "REPLACE",
      ChecksumAlgorithm: "CRC32",
      ...parameters,
    } as const;
    const { CopyObjectResult } = await requests.send(
      { operation: "CopyObject", name, repeatable: true },
      (options) => client.send(new CopyObjectCommand(input), options),
      call,
    );
    return stored(name, quoted(CopyObjectResult?.ETag));
  }

  async #copyInParts(
    source: Source,
    write: MultipartWrite,
    call: Call | undefined,
  ): Promise<string> {
    const { target, sizes } = this.#options;
    const from = {
      copySource: copySource(target.Bucket, source.name),
      bytes: source.bytes,
      partBytes: sizes.copyBytes,
    };
    const etag = await this.#untilNoConflict(write, (whole) =>
      this.#multipart.copy(whole, from, call),
    );
    return stored(write.name, etag);
  }

  async #untilNoConflict(
    write: MultipartWrite,
    store: (write: MultipartWrite) => Promise<MultipartResult>,
  ): Promise<string | undefined> {
    for (let attempt = 1; attempt <= STORE_ATTEMPTS; attempt++) {
      const result = await store(write);
      if (result.outcome === "stored") return result.etag;
      if (result.outcome === "unmet") return undefined;
    }
    throw outOfTurn(write.name);
  }

  #parameters(
    name: string,
    bytes: number,
    write: Readonly<{ headers: ObjectHeaders; storageClass?: string | undefined }>,
  ): ReturnType<typeof objectParameters> {
    const { headers, storageClass } = write;
    return objectParameters({ name, bytes, headers, storageClass }, this.#options.policy);
  }

  #checkSize(name: string, bytes: number): void {
    const { maxValueBytes } = this.#options;
    if (bytes <= maxValueBytes) return;
    throw new CacheError(
      "too_large",
      `The value of ${JSON.stringify(name)} has ${bytes} bytes or more, max_value_bytes is ${maxValueBytes}`,
    );
  }

  #remove(name: string): void {
    const { client, target, cleanUps } = this.#options;
    cleanUps.add(() => client.send(new DeleteObjectCommand({ ...target, Key: name })));
  }
}

type Source = Readonly<{ name: string; bytes: number }>;

/** The parts that were read already, then the others; each is counted. */
async function* untold(
  { begun, rest }: BegunUpload,
  count: (part: BodyPart) => void,
): AsyncGenerator<BodyPart, void> {
  for (const part of begun) {
    count(part);
    yield part;
  }
  for await (const part of rest) {
    count(part);
    yield part;
  }
}

function copySource(bucket: string, name: string): string {
  return `${bucket}/${name.split("/").map(encodeURIComponent).join("/")}`;
}

function stored(name: string, etag: string | undefined): string {
  if (etag === undefined || etag === "") throw outOfTurn(name);
  return etag;
}

function outOfTurn(name: string): CacheError {
  return new CacheError(
    "tier_unavailable",
    `The write of ${JSON.stringify(name)} met other writes of the same object each time: try again`,
    { retryable: true },
  );
}
