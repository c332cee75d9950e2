const HEADER_BYTES = 44;

/** A 16-bit mono WAV file of the samples (-1 to 1, louder ones are clipped): what speech endpoints take. */
export function encodeWav(samples: Float32Array, sampleRateHz: number): Uint8Array<ArrayBuffer> {
  const dataBytes = samples.length * 2;
  const wav = new DataView(new ArrayBuffer(HEADER_BYTES + dataBytes));
  writeAscii(wav, 0, "RIFF");
  wav.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  writeAscii(wav, 8, "WAVEfmt ");
  wav.setUint32(16, 16, true);
  wav.setUint16(20, 1, true);
  wav.setUint16(22, 1, true);
  wav.setUint32(24, sampleRateHz, true);
  wav.setUint32(28, sampleRateHz * 2, true);
  wav.setUint16(32, 2, true);
  wav.setUint16(34, 16, true);
  writeAscii(wav, 36, "data");
  wav.setUint32(40, dataBytes, true);
  for (const [index, sample] of samples.entries()) {
    const level = Math.round(Math.min(1, Math.max(-1, sample)) * 32_767);
    wav.setInt16(HEADER_BYTES + index * 2, level, true);
  }
  return new Uint8Array(wav.buffer);
}

function writeAscii(view: DataView, offset: number, text: string): void {
  for (let index = 0; index < text.length; index++) {
    view.setUint8(offset + index, text.charCodeAt(index));
  }
}
