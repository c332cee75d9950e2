import type { IncomingMessage } from "node:http";
import type { Bytes } from "@cogniverse/sdk";
import { Crc32c } from "./checksum.ts";

/** Bytes of a body whole, and their CRC32C. */
export type WholeBody = Readonly<{ data: Uint8Array<ArrayBuffer>; checksum: string }>;

/** Reads a body into one array of its length. Rejects with the stream's error where it ends before that. */
export function readWhole(incoming: IncomingMessage): Promise<WholeBody> {
  const announced = incoming.headers["content-length"];
  const sum = new Crc32c();
  // Without a length (the service decompressed it after all) parts are gathered.
  const parts: Buffer[] = [];
  const data = announced === undefined ? undefined : new Uint8Array(Number(announced));
  let at = 0;
  return new Promise((resolve, reject) => {
    incoming.on("data", (part: Buffer) => {
      sum.add(part);
      if (data === undefined) parts.push(part);
      else data.set(part, at);
      at += part.byteLength;
    });
    incoming.on("end", () =>
      resolve({ data: data ?? new Uint8Array(Buffer.concat(parts)), checksum: sum.toString() }),
    );
    incoming.on("error", reject);
    incoming.on("close", () => reject(new Error("the connection was closed in mid-body")));
  });
}

/** `failure`: makes an error of what went wrong. `checksum`: what all bytes must give, where all of them come. */
export type BodyChecks = Readonly<{
  failure: (error: unknown) => unknown;
  checksum: string | undefined;
  damaged: () => Error;
}>;

/** A body as it comes. Leaving the iteration, begun or not, closes the connection. */
export function readAsItComes(incoming: IncomingMessage, checks: BodyChecks): AsyncIterable<Bytes> {
  const parts = checkedParts(incoming, checks);
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => parts.next(),
      async return() {
        incoming.destroy();
        await parts.return(undefined);
        return { done: true, value: undefined };
      },
    }),
  };
}

async function* checkedParts(
  incoming: IncomingMessage,
  { failure, checksum, damaged }: BodyChecks,
): AsyncGenerator<Bytes, void> {
  const sum = new Crc32c();
  try {
    for await (const part of incoming) {
      const bytes = part as Buffer; // No encoding was set: buffers.
      if (checksum !== undefined) sum.add(bytes);
      yield bytes;
    }
  } catch (error) {
    throw failure(error);
  } finally {
    incoming.destroy();
  }
  if (checksum !== undefined && sum.toString() !== checksum) throw damaged();
}
