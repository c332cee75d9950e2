import type { Bytes } from "@cogniverse/sdk";

/** A view may leave so much of its buffer unused, as a part of its own length, before it is copied out. */
const TOLERATED_WASTE = 0.25;

/**
 * The bytes to keep. A small view holds all of its buffer in memory (a page read from disk, Node's shared pool), so it is
 * copied out when the buffer is more than a quarter larger; unless a decoded value is there that may be made of views on the same
 * buffer: then a copy would hold both, and the whole buffer is charged instead. A value that is the array itself follows it.
 */
export function ownData(data: Bytes, value: unknown): Readonly<{ data: Bytes; value: unknown }> {
  const same = value === data;
  const mayShare = typeof value === "object" && value !== null && !same;
  const waste = data.buffer.byteLength - data.byteLength;
  if (mayShare || waste <= data.byteLength * TOLERATED_WASTE) return { data, value };
  // Not `slice`: that of a Buffer is a view again.
  const copy = new Uint8Array(data);
  return { data: copy, value: same ? copy : value };
}
