/** A field of a protobuf message: its number, and an integer, a double or bytes. */
type Field = Readonly<{ id: number; value: bigint | number | Buffer }>;

/** The fields of one message, in their order, without knowing its definition. */
function fieldsOf(message: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[offset++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number): Buffer => message.subarray(offset, (offset += length));
  while (offset < message.length) {
    const tag = Number(varint());
    const id = tag >> 3;
    const wire = tag & 7;
    if (wire === 0) fields.push({ id, value: varint() });
    else if (wire === 1) fields.push({ id, value: bytes(8) });
    else if (wire === 2) fields.push({ id, value: bytes(Number(varint())) });
    else if (wire === 5) fields.push({ id, value: bytes(4) });
    else throw new Error(`wire type ${wire} is not protobuf`);
  }
  return fields;
}

/** Every message or text at the end of a path of field numbers. */
export function at(message: Buffer, ...path: readonly number[]): readonly Buffer[] {
  let level = [message];
  for (const id of path)
    level = level.flatMap((one) =>
      fieldsOf(one).flatMap((field) =>
        field.id === id && Buffer.isBuffer(field.value) ? [field.value] : [],
      ),
    );
  return level;
}
