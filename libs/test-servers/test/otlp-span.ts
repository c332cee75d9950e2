import { randomBytes } from "node:crypto";

const varintField = 0;
const fixed64Field = 1;
const bytesField = 2;

/** What a span of the tests has. */
export type OtlpSpan = Readonly<{
  project: string;
  name: string;
  attributes: Readonly<Record<string, string>>;
}>;

/** One finished span as an `ExportTraceServiceRequest` in protobuf; field numbers are those of opentelemetry-proto 1. */
export function otlpRequest({ project, name, attributes }: OtlpSpan): Buffer {
  const now = BigInt(Date.now()) * 1_000_000n;
  const span = [
    message(1, randomBytes(16)),
    message(2, randomBytes(8)),
    message(5, Buffer.from(name)),
    Buffer.from([(6 << 3) | varintField, 1]),
    instant(7, now),
    instant(8, now + 1_000_000n),
    ...Object.entries(attributes).map(([key, value]) => attribute(9, key, value)),
  ];
  const resource = message(1, attribute(1, "openinference.project.name", project));
  const scopeSpans = message(2, message(2, Buffer.concat(span)));
  return message(1, Buffer.concat([resource, scopeSpans]));
}

function attribute(field: number, key: string, value: string): Buffer {
  const pair = [message(1, Buffer.from(key)), message(2, message(1, Buffer.from(value)))];
  return message(field, Buffer.concat(pair));
}

function message(field: number, content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([(field << 3) | bytesField, ...varint(content.length)]),
    content,
  ]);
}

function instant(field: number, nanoseconds: bigint): Buffer {
  const bytes = Buffer.alloc(9, (field << 3) | fixed64Field);
  bytes.writeBigUInt64LE(nanoseconds, 1);
  return bytes;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
