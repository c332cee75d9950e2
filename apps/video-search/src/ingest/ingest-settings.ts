import { DEFAULT_CHUNK_MS } from "../media/chunk-windows.ts";
import { DEFAULT_KEYFRAME_RULE, type KeyframeRule } from "../media/keyframe-rule.ts";
import { DEFAULT_JPEG, type JpegOptions } from "../media/video-frame.ts";

/** What shapes a film's artefacts beside its content and the models. All of it is in their keys. */
export type IngestSettings = Readonly<{
  keyframes: KeyframeRule;
  jpeg: JpegOptions;
  /** How much film one chunk embedding covers. */
  chunkMs: number;
}>;

export const DEFAULT_SETTINGS: IngestSettings = {
  keyframes: DEFAULT_KEYFRAME_RULE,
  jpeg: DEFAULT_JPEG,
  chunkMs: DEFAULT_CHUNK_MS,
};
