import { decodeAudio, SPEECH_SAMPLE_RATE_HZ } from "../media/decode-audio.ts";
import { findSidecar, readSidecar, readSubtitleTrack } from "../media/subtitles.ts";
import type { Sidecar } from "../media/subtitles.ts";
import { NO_TRANSCRIPT } from "../media/transcript.ts";
import type { Transcript, TranscriptSegment } from "../media/transcript.ts";
import type { TranscriptionModel } from "./model-port.ts";

export type TranscribeOptions = Readonly<{
  /** The subtitle file beside the film; `null` = there is none. Default: it is looked for. */
  sidecar?: Sidecar | null | undefined;
  /** Asked only where there is nothing to read. Default: nobody is. */
  speech?: TranscriptionModel | undefined;
  signal?: AbortSignal | undefined;
}>;

/**
 * The words of a film: a subtitle file beside it, else a text track in its container, else what the
 * speech model hears, else none. The sound goes to the model in pieces of 30 s.
 *
 * @throws UnreadableVideoError for the film or its sidecar; `ModelError`; the signal's reason.
 */
export async function transcribeVideo(
  path: string,
  options: TranscribeOptions = {},
): Promise<Transcript> {
  const { speech, signal } = options;
  const sidecar = options.sidecar === undefined ? await findSidecar(path) : options.sidecar;
  if (sidecar !== undefined && sidecar !== null) return readSidecar(sidecar, { signal });
  const track = await readSubtitleTrack(path, { signal });
  if (track !== undefined) return track;
  return speech === undefined ? NO_TRANSCRIPT : listen(path, speech, signal);
}

async function listen(
  path: string,
  speech: TranscriptionModel,
  signal: AbortSignal | undefined,
): Promise<Transcript> {
  const segments: TranscriptSegment[] = [];
  let language = "und";
  for await (const { startMs, samples } of decodeAudio(path, { signal })) {
    const sound = { startMs, samples, sampleRateHz: SPEECH_SAMPLE_RATE_HZ };
    const heard = await speech.transcribe(sound, { signal });
    segments.push(...heard.segments);
    if (language === "und" && heard.segments.length > 0) language = heard.language;
  }
  return { source: "speech", language, segments };
}
