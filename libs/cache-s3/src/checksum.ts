import { crc32 } from "node:zlib";

/**
 * CRC-32 as S3 has it in `x-amz-checksum-crc32`: big-endian, base64. Chosen over CRC64NVME by measurement: zlib's takes 0.9 ms for 4 MiB, the
 * SDK's CRC64NVME in JavaScript 12 ms.
 */
export function formatCrc32(value: number): string {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes.toString("base64");
}

/** The CRC-32 of `data` in S3's form. */
export function crc32Of(data: Uint8Array): string {
  return formatCrc32(crc32(data));
}

/**
 * What can be checked of a body that comes with this header: a checksum of the whole object. One that was made of its parts'
 * checksums ends in `-<parts>` and says nothing that a reader of the whole could check.
 */
export function wholeCrc32(header: string | undefined): string | undefined {
  return header === undefined || header.includes("-") ? undefined : header;
}
