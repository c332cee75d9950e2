import type { Bytes } from "@cogniverse/sdk";

/** Makes other bytes of some; must not write to what it is given. */
export type ByteChange = (bytes: Bytes) => Bytes;

/** Flips one bit, counted from the start, or from the end where negative. */
export function flipBit(bit: number): ByteChange {
  return (bytes) => {
    if (bytes.byteLength === 0) return bytes;
    const bits = bytes.byteLength * 8;
    const at = ((bit % bits) + bits) % bits;
    const copy = bytes.slice();
    copy[at >> 3] = (copy[at >> 3] ?? 0) ^ (1 << (at & 7));
    return copy;
  };
}

/** Keeps the first `bytes` bytes. */
export function cutTo(bytes: number): ByteChange {
  return (whole) => whole.slice(0, bytes);
}

/** Applies `change` to the bytes in whatever a backend answers: an array, an entry, a list of entries or a body. */
export function changeAnswer<R>(answer: R, change: ByteChange): R {
  // The shape stays what it was, only bytes in it are replaced: `R` in, `R` out, which no signature can say.
  return changed(answer, change) as R;
}

function changed(answer: unknown, change: ByteChange): unknown {
  if (answer instanceof Uint8Array) return change(answer);
  if (Array.isArray(answer)) return answer.map((one: unknown) => changed(one, change));
  if (typeof answer !== "object" || answer === null) return answer;
  if ("data" in answer && answer.data instanceof Uint8Array)
    return { ...answer, data: change(answer.data) };
  if ("body" in answer) return { ...answer, body: changeBody(answer.body, change) };
  return answer;
}

async function* changeBody(body: unknown, change: ByteChange): AsyncIterable<Bytes> {
  // Only StreamStore answers have a `body`, and theirs is this.
  for await (const chunk of body as AsyncIterable<Bytes>) yield change(chunk);
}
