import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { VideoRecord } from "../library/video-library.ts";
import { parseExampleFrame } from "../search/example-frame.ts";
import { findVideo } from "./find-video.ts";
import { SearchError } from "./search-error.ts";

/** What a similarity search compares with. `name`: the same for the same example, however it was written. */
export type SearchExample = Readonly<
  { name: string } & (
    | { kind: "moment"; video: VideoRecord; timestampMs: number }
    | { kind: "image"; bytes: Uint8Array }
  )
>;

/** Throws {@link SearchError} for a moment of a film that is not there, and for a picture that cannot be read. */
export async function readExample(
  query: string,
  library: readonly VideoRecord[],
): Promise<SearchExample> {
  const example = parseExampleFrame(query);
  if (example.kind === "moment") {
    const { timestampMs } = example;
    const video = findVideo(library, example.video);
    return { kind: "moment", name: `${video.videoId}@${timestampMs}`, video, timestampMs };
  }
  try {
    const bytes = await readFile(example.path);
    return { kind: "image", name: `image:${hash("sha256", bytes, "hex")}`, bytes };
  } catch (cause) {
    throw new SearchError(
      `${query}: no picture that can be read; "similar" takes its path, or a moment such as VIDEO_ID@1200`,
      { cause },
    );
  }
}
