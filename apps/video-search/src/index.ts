export { chunkWindows, DEFAULT_CHUNK_MS, within } from "./media/chunk-windows.ts";
export type { ChunkWindow } from "./media/chunk-windows.ts";
export { decodeAudio, SPEECH_SAMPLE_RATE_HZ } from "./media/decode-audio.ts";
export type { AudioChunk, AudioOptions } from "./media/decode-audio.ts";
export { decodeFrames } from "./media/decode-frames.ts";
export type { DecodeOptions } from "./media/decode-frames.ts";
export { decodeImage, UnreadableImageError } from "./media/decode-image.ts";
export type { SquarePixels } from "./media/decode-image.ts";
export { fingerprintFile } from "./media/fingerprint.ts";
export { DEFAULT_KEYFRAME_RULE, isKeyframe } from "./media/keyframe-rule.ts";
export type { KeyframeRule, SampledFrame } from "./media/keyframe-rule.ts";
export { extractKeyframes, framesAt } from "./media/keyframes.ts";
export type { KeyframeImage, KeyframeOptions } from "./media/keyframes.ts";
export { probeVideo } from "./media/probe-video.ts";
export type { AudioTrack, SubtitleTrack, VideoProbe, VideoTrack } from "./media/probe-video.ts";
export { findSidecar, readSidecar, readSubtitleTrack } from "./media/subtitles.ts";
export type { Sidecar } from "./media/subtitles.ts";
export { NO_TRANSCRIPT } from "./media/transcript.ts";
export type { Transcript, TranscriptSegment, TranscriptSource } from "./media/transcript.ts";
export { UnreadableVideoError } from "./media/unreadable-video-error.ts";
export type { UnreadableVideoReason } from "./media/unreadable-video-error.ts";
export { DEFAULT_JPEG } from "./media/video-frame.ts";
export type { JpegOptions, VideoFrame } from "./media/video-frame.ts";
export { encodeWav } from "./media/wav.ts";
export { EmbeddedModels } from "./models/embedded/embedded-models.ts";
export type { EmbeddedText } from "./models/embedded/embedded-text.ts";
export type { EmbeddedVision } from "./models/embedded/embedded-vision.ts";
export { WorkerClient } from "./models/embedded/worker-client.ts";
export { HttpEmbeddingModel } from "./models/http/http-embedding-model.ts";
export type { HttpEmbeddingOptions } from "./models/http/http-embedding-model.ts";
export type { HttpEndpointOptions } from "./models/http/http-endpoint.ts";
export { HttpTranscriptionModel } from "./models/http/http-transcription-model.ts";
export type { HttpTranscriptionOptions } from "./models/http/http-transcription-model.ts";
export { labelVector } from "./models/label-vector.ts";
export { ModelError } from "./models/model-error.ts";
export type { ModelErrorCode } from "./models/model-error.ts";
export type {
  EmbeddingModel,
  EncodedImage,
  HeardSegment,
  HeardSpeech,
  Label,
  LabelModel,
  ModelCall,
  ModelIdentity,
  SpeechSound,
  TranscriptionModel,
} from "./models/model-port.ts";
export { transcribeVideo } from "./models/transcribe-video.ts";
export type { TranscribeOptions } from "./models/transcribe-video.ts";
export { cosine, normalise, weightedDirection } from "./models/vector.ts";
export type { Weighted } from "./models/vector.ts";
export type { FrameArtefact, VideoArtefacts } from "./search/artefacts.ts";
export { parseExampleFrame } from "./search/example-frame.ts";
export type { ExampleFrame } from "./search/example-frame.ts";
export { rank } from "./search/rank.ts";
export type { RankOptions, SearchFilters, SearchHit, SearchQuery } from "./search/search-query.ts";
