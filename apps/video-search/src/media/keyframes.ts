import { decodeFrames } from "./decode-frames.ts";
import { describeFrame, DESCRIPTOR_HEIGHT, DESCRIPTOR_WIDTH } from "./frame-descriptor.ts";
import { DEFAULT_KEYFRAME_RULE, isKeyframe } from "./keyframe-rule.ts";
import type { KeyframeRule, SampledFrame } from "./keyframe-rule.ts";
import { UnreadableVideoError } from "./unreadable-video-error.ts";
import { DEFAULT_JPEG } from "./video-frame.ts";
import type { JpegOptions } from "./video-frame.ts";

/** A key frame as its consumer keeps it: the bytes are the caller's. */
export type KeyframeImage = Readonly<{ timestampMs: number; jpeg: Uint8Array<ArrayBuffer> }>;

export type KeyframeOptions = Readonly<{
  rule?: KeyframeRule | undefined;
  jpeg?: JpegOptions | undefined;
  signal?: AbortSignal | undefined;
}>;

/**
 * Decodes the film once and yields its key frames as they are found, one at a time.
 *
 * @throws UnreadableVideoError as `decodeFrames` does, `truncated` after the last key frame.
 */
export async function* extractKeyframes(
  path: string,
  options: KeyframeOptions = {},
): AsyncGenerator<KeyframeImage, void, undefined> {
  const { rule = DEFAULT_KEYFRAME_RULE, jpeg = DEFAULT_JPEG, signal } = options;
  let last: SampledFrame | undefined;
  let sampledMs = Number.NEGATIVE_INFINITY;
  for await (const frame of decodeFrames(path, { signal })) {
    const { timestampMs } = frame;
    if (timestampMs - sampledMs < rule.sampleEveryMs) continue;
    sampledMs = timestampMs;
    const pixels = await frame.rgb(DESCRIPTOR_WIDTH, DESCRIPTOR_HEIGHT);
    const sampled = { timestampMs, descriptor: describeFrame(pixels) };
    if (!isKeyframe(sampled, last, rule)) continue;
    last = sampled;
    yield { timestampMs, jpeg: await frame.jpeg(jpeg) };
  }
}

/**
 * The jpgs of known timestamps, byte for byte those of `extractKeyframes`, in order of time: for a
 * manifest whose frames were evicted. Decoding starts at the first of them and stops at the last.
 *
 * @throws UnreadableVideoError `damaged` where the film has no frame at one of the timestamps.
 */
export async function* framesAt(
  path: string,
  timestampsMs: readonly number[],
  options: Omit<KeyframeOptions, "rule"> = {},
): AsyncGenerator<KeyframeImage, void, undefined> {
  const { jpeg = DEFAULT_JPEG, signal } = options;
  const wanted = [...new Set(timestampsMs)].toSorted((a, b) => a - b);
  let next = wanted.shift();
  if (next === undefined) return;
  for await (const frame of decodeFrames(path, { fromMs: next, signal })) {
    if (frame.timestampMs > next) break;
    if (frame.timestampMs < next) continue;
    yield { timestampMs: next, jpeg: await frame.jpeg(jpeg) };
    next = wanted.shift();
    if (next === undefined) return;
  }
  throw new UnreadableVideoError(path, "damaged", `has no frame at ${next} ms`);
}
