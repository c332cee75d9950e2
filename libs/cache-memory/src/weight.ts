import type { Entry, EntryMetadata, NewResident, ScopeStamp } from "@cogniverse/sdk";

// Measured on Node 24, 64 bit, over 20,000 entries each: see test/weight.test.ts, which holds them to 15 %.
/** Slot, its places in the Map and in the queues, entry object, and the array with its buffer and backing store. */
const SLOT_BYTES = 448;
const METADATA_BYTES = 184;
/** Header of a string or an array and rounding to 8. */
const HEADER_BYTES = 20;
/** A reader's note and the promise it may hold. */
const NOTE_BYTES = 120;
const STAMP_BYTES = 96;

/** What an entry takes in this process: its buffer whole, the decoded value, texts, and the objects that hold them. */
export function entryBytes(newcomer: NewResident, entry: Entry): number {
  return (
    entry.data.buffer.byteLength +
    newcomer.valueBytes +
    SLOT_BYTES +
    (newcomer.note === undefined ? 0 : NOTE_BYTES) +
    textBytes(newcomer.key) +
    metadataBytes(entry.metadata)
  );
}

function metadataBytes(metadata: EntryMetadata): number {
  const { logId, codec, contentType, checksum, digest, encodings, tags, inherited } = metadata;
  let total = METADATA_BYTES;
  for (const text of [logId, codec, contentType, checksum, digest]) total += textBytes(text);
  for (const list of [encodings, tags]) total += listBytes(list);
  for (const [name, text] of Object.entries(metadata.user))
    total += textBytes(name) + textBytes(text);
  for (const stamp of inherited) total += stampBytes(stamp);
  return total;
}

function listBytes(texts: readonly string[]): number {
  let total = 2 * HEADER_BYTES;
  for (const text of texts) total += 8 + textBytes(text);
  return total;
}

function stampBytes({ scope, digest }: ScopeStamp): number {
  const value = scope.kind === "tenant" ? "" : scope.value;
  return STAMP_BYTES + textBytes(value) + (digest === undefined ? 0 : textBytes(digest));
}

/** One byte a character where all fit Latin-1, as V8 keeps them, else two. */
function textBytes(text: string): number {
  // eslint-disable-next-line no-control-regex
  const wide = /[^\u0000-\u00ff]/.test(text);
  return HEADER_BYTES + (wide ? 2 * text.length : text.length);
}
