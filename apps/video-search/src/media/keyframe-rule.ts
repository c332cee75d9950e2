import { frameDifference } from "./frame-descriptor.ts";
import type { FrameDescriptor } from "./frame-descriptor.ts";

/** When a frame becomes a key frame. Part of the manifest's identity: put it into cache keys. */
export type KeyframeRule = Readonly<{
  /** A frame that differs from the last key frame by this much is one, 0-1. */
  threshold: number;
  /** Never two key frames closer than this. */
  minGapMs: number;
  /** Never longer without one, however still the picture. */
  maxIntervalMs: number;
  /** Frames closer than this to the last one looked at are not looked at. */
  sampleEveryMs: number;
}>;

/**
 * A cut between two shots of one film gives 0.2-0.6 and movement within a shot stays under 0.15
 * (the sample reaches 0.12); one a second at the latest is the median of the evaluation films.
 */
export const DEFAULT_KEYFRAME_RULE: KeyframeRule = {
  threshold: 0.2,
  minGapMs: 400,
  maxIntervalMs: 1_000,
  sampleEveryMs: 120,
};

/** A frame as the rule sees it. */
export type SampledFrame = Readonly<{ timestampMs: number; descriptor: FrameDescriptor }>;

/**
 * Pure: whether `frame` is a key frame after `last`, the latest one (`undefined` before the first).
 * Compared with the last key frame and not with its neighbour, so that a slow dissolve counts too.
 */
export function isKeyframe(
  frame: SampledFrame,
  last: SampledFrame | undefined,
  rule: KeyframeRule,
): boolean {
  if (last === undefined) return true;
  const sinceMs = frame.timestampMs - last.timestampMs;
  if (sinceMs < rule.minGapMs) return false;
  if (sinceMs >= rule.maxIntervalMs) return true;
  return frameDifference(frame.descriptor, last.descriptor) >= rule.threshold;
}
