/**
 * The words of one subtitle packet as FFmpeg stores them for the codec, without markup, one line.
 * `undefined` for a codec that is not text (subtitles of DVDs and Blu-rays are pictures).
 */
export function subtitleText(codec: string, data: Uint8Array): string | undefined {
  const unpack = UNPACKERS[codec];
  if (unpack === undefined) return undefined;
  return unpack(data)
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/&(?:amp|lt|gt|nbsp|lrm|rlm);/g, (entity) => ENTITIES[entity] ?? "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&nbsp;": " ",
};

const UNPACKERS: Readonly<Record<string, (data: Uint8Array) => string>> = {
  subrip: utf8,
  srt: utf8,
  text: utf8,
  webvtt: utf8,
  mov_text: movText,
  ass: assText,
  ssa: assText,
};

function utf8(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

/** A 16-bit length, the text, then boxes of style. */
function movText(data: Uint8Array): string {
  const length = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
  return utf8(data.subarray(2, 2 + length));
}

/** Eight fields and commas before the text, whose line breaks are `\N`. */
function assText(data: Uint8Array): string {
  const fields = utf8(data).split(",");
  return fields
    .slice(8)
    .join(",")
    .replaceAll(/\\[Nn]/g, " ");
}
