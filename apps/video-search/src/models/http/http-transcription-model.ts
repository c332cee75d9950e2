import { encodeWav } from "../../media/wav.ts";
import { ModelError } from "../model-error.ts";
import type {
  HeardSegment,
  HeardSpeech,
  ModelCall,
  ModelIdentity,
  SpeechSound,
  TranscriptionModel,
} from "../model-port.ts";
import { HttpEndpoint } from "./http-endpoint.ts";
import type { HttpEndpointOptions } from "./http-endpoint.ts";

export type HttpTranscriptionOptions = HttpEndpointOptions &
  Readonly<{
    /** The server's name of the model; also the identity's id. */
    model: string;
    /** Servers do not tell when they change weights: raise it then. Default "1". */
    revision?: string | undefined;
    /** ISO 639-1, where it is known; otherwise the model guesses. */
    language?: string | undefined;
  }>;

const PATH = "/v1/audio/transcriptions";

/** An OpenAI-compatible `/v1/audio/transcriptions` server as the port. */
export class HttpTranscriptionModel implements TranscriptionModel {
  readonly identity: ModelIdentity;
  readonly #endpoint: HttpEndpoint;
  readonly #language: string | undefined;

  constructor(options: HttpTranscriptionOptions) {
    this.identity = { id: options.model, revision: options.revision ?? "1" };
    this.#endpoint = new HttpEndpoint(options);
    this.#language = options.language;
  }

  async transcribe(sound: SpeechSound, call: ModelCall = {}): Promise<HeardSpeech> {
    const wav = new Blob([encodeWav(sound.samples, sound.sampleRateHz)], { type: "audio/wav" });
    const answer = await this.#endpoint.post(PATH, () => this.#form(wav), call.signal);
    return parseSpeech(answer, sound);
  }

  #form(wav: Blob): FormData {
    const form = new FormData();
    form.set("model", this.identity.id);
    form.set("response_format", "verbose_json");
    form.set("timestamp_granularities[]", "segment");
    if (this.#language !== undefined) form.set("language", this.#language);
    form.set("file", wav, "sound.wav");
    return form;
  }
}

/** Servers that know no segments give the whole text: one segment as long as the sound. */
function parseSpeech(answer: unknown, sound: SpeechSound): HeardSpeech {
  if (!isRecord(answer)) throw garbage("not an object");
  const { language, segments, text } = answer;
  const lengthMs = Math.round((sound.samples.length * 1000) / sound.sampleRateHz);
  const heard = Array.isArray(segments)
    ? segments.map((segment: unknown) => parseSegment(segment, sound.startMs))
    : [wholeText(text, sound.startMs, lengthMs)];
  return {
    language: typeof language === "string" ? language : "und",
    segments: heard.filter((segment) => segment.text !== ""),
  };
}

function parseSegment(segment: unknown, offsetMs: number): HeardSegment {
  const { start, end, text } = isRecord(segment) ? segment : {};
  if (typeof start !== "number" || typeof end !== "number" || typeof text !== "string") {
    throw garbage("a segment lacks start, end or text");
  }
  const startMs = offsetMs + Math.round(start * 1000);
  return {
    startMs,
    endMs: Math.max(startMs + 1, offsetMs + Math.round(end * 1000)),
    text: text.trim(),
  };
}

function wholeText(text: unknown, startMs: number, lengthMs: number): HeardSegment {
  if (typeof text !== "string") throw garbage("neither segments nor text");
  return { startMs, endMs: startMs + Math.max(1, lengthMs), text: text.trim() };
}

function garbage(detail: string): ModelError {
  return new ModelError("garbage", `${PATH} answered something else: ${detail}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
