import { parseJson, toPosition, type LogRecord, type Scope } from "@cogniverse/sdk";

/** Keyframes of a video, on average. */
const FRAMES = 530;

/** A kind of scope as invalidations of a video archive make it: the n-th of them. */
export interface ScopeShape {
  readonly name: string;
  readonly scope: (n: number) => Scope;
  /** SHA-256 of a content, in hex, where the record names one. */
  readonly digest?: (n: number) => string;
}

const video = (n: number): string => `video_${String(n).padStart(6, "0")}`;
const frameOf = (n: number): string =>
  `frames/${video(Math.floor(n / FRAMES))}/frame_${(n % FRAMES) * 280}.jpg`;

/** Puts of single entries leave keys, one for each frame or one a video; a video that came anew leaves a tag or a prefix. */
export const SHAPES: readonly ScopeShape[] = [
  {
    name: `key, ${FRAMES} frames a video`,
    scope: (n) => ({ kind: "key", value: frameOf(n) }),
  },
  {
    name: "key, one a video",
    scope: (n) => ({ kind: "key", value: `transcriptions/${video(n)}/transcription.json` }),
  },
  { name: "tag", scope: (n) => ({ kind: "tag", value: `video:${video(n)}` }) },
  { name: "prefix", scope: (n) => ({ kind: "prefix", value: `frames/${video(n)}/` }) },
  {
    // As the cache itself writes it; see docs/guarantees.md on derived values.
    name: "source of something derived, one a video",
    scope: (n) => ({
      kind: "tag",
      value: `__source:transcriptions/${video(n)}/transcription.json`,
    }),
    digest: (n) => n.toString(16).padStart(64, "0"),
  },
  {
    name: "glob",
    scope: (n) => ({ kind: "glob", value: `embeddings/*/${video(n)}/**` }),
  },
];

/** Of ten scopes eight keys, a tag and a prefix. */
export function mixedScope(n: number): Scope {
  if (n % 10 === 0) return { kind: "prefix", value: `frames/${video(n)}/` };
  if (n % 10 === 1) return { kind: "tag", value: `video:${video(n)}` };
  return { kind: "key", value: frameOf(n) };
}

/** As a log gives them: texts of their own, no parts of others. */
export function recordsOn(
  { scope, digest }: Pick<ScopeShape, "scope" | "digest">,
  count: number,
  tenantId: string,
): readonly LogRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const content = digest === undefined ? {} : { digest: digest(n) };
    const about = { tenantId, scope: scope(n), mode: "hard", at: n, node: "bench" };
    const made = { position: n + 1, ...about, ...content };
    // Exactly what was written.
    const read = parseJson(JSON.stringify(made)) as LogRecord;
    return { ...read, position: toPosition(read.position) };
  });
}
