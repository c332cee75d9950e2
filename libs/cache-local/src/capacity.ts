/** File systems give space in blocks; 4 KiB is the usual one. */
const BLOCK_BYTES = 4096;

/** What a file takes on disk: its bytes in whole blocks. */
export function blockBytes(fileBytes: number): number {
  return Math.ceil(fileBytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/**
 * What an entry is charged for its rows in the index: an upper estimate of the LMDB pages it needs. B-tree pages are between half and
 * wholly full, so a row is charged for the worse of it; a row above half a page has pages of its own.
 */
export function indexCharge(keyBytes: number, recordBytes: number, inFile: boolean): number {
  const main = rowBytes(keyBytes, recordBytes);
  const order = rowBytes(8, keyBytes);
  const expiry = rowBytes(24, keyBytes);
  return main + order + expiry + (inFile ? rowBytes(16, keyBytes + 8) : 0);
}

const ROW_OVERHEAD_BYTES = 16;

function rowBytes(keyBytes: number, valueBytes: number): number {
  const whole = keyBytes + valueBytes + ROW_OVERHEAD_BYTES;
  if (whole < BLOCK_BYTES / 2 - 32) return 2 * whole;
  return blockBytes(valueBytes + ROW_OVERHEAD_BYTES) + 2 * (keyBytes + ROW_OVERHEAD_BYTES);
}

/**
 * What LMDB may take beyond the rows it holds: pages that a transaction replaces are free only for the transactions after the next flush.
 * Follows from the limits of one transaction in write-queue.ts.
 */
const INDEX_SLACK_BYTES = 1_048_576;

/** Space taken now. `indexFileBytes`: the LMDB file, which keeps the pages it once had. `otherBytes`: what cannot be evicted. */
export type Usage = Readonly<{
  indexBytes: number;
  fileBytes: number;
  reservedBytes: number;
  indexFileBytes: number;
  otherBytes: number;
}>;

/** Space an entry asks for. */
export type Need = Readonly<{ indexBytes: number; fileBytes: number }>;

const NOTHING: Need = { indexBytes: 0, fileBytes: 0 };

/** Bytes on disk that count against the cap, with `need` added. Freed index pages are used again before the LMDB file grows. */
export function usedBytes(usage: Usage, need: Need = NOTHING): number {
  const rows = usage.indexBytes + need.indexBytes + INDEX_SLACK_BYTES;
  const index = Math.max(rows, usage.indexFileBytes);
  return index + usage.fileBytes + usage.reservedBytes + need.fileBytes + usage.otherBytes;
}

/**
 * Bytes by which `need` is over the cap; <= 0 where there is room. An LMDB file that has outgrown the cap by itself (a process was
 * stopped in the middle of a read, so that no page came free) still takes rows into its free pages, and no files.
 */
export function overBytes(usage: Usage, need: Need, capBytes: number): number {
  const over = usedBytes(usage, need) - capBytes;
  const outgrown = usage.indexFileBytes + usage.otherBytes > capBytes;
  if (!outgrown || need.fileBytes > 0) return over;
  return usage.indexBytes + need.indexBytes + INDEX_SLACK_BYTES - usage.indexFileBytes / 2;
}
