import { KeyCatalog, type CatalogKey } from "@cogniverse/testkit";
import type { Scope } from "@cogniverse/sdk";

const LEAF = { tags: [], sources: [], named: [], made: "computed" } as const;

const FRAMES = "frames/v1/keyframes.json";
const TRANSCRIPT = "transcriptions/v1/transcription.json";
const EMBEDDINGS = "embeddings/clip/v2/metadata.json";

/** Few, so that processes meet on them; two are of one video, and sums are computed from others, over three levels. */
const CATALOG: readonly CatalogKey[] = [
  { ...LEAF, key: FRAMES, tags: ["red", "video:v1"] },
  { ...LEAF, key: TRANSCRIPT, tags: ["blue", "video:v1"], named: ["raw/1"] },
  { ...LEAF, key: EMBEDDINGS, tags: ["red", "blue", "video:v2"] },
  { ...LEAF, key: "sums/v1", sources: [FRAMES, TRANSCRIPT] },
  { ...LEAF, key: "sums/all", tags: ["top"], sources: ["sums/v1", EMBEDDINGS] },
  { ...LEAF, key: "notes/1", tags: ["red"], made: "put" },
  { ...LEAF, key: "raw/1", made: "never" },
];

/** What is read and written. */
export const soakKeys: KeyCatalog = new KeyCatalog(CATALOG);

/** Keys that can be read. */
export const READ_KEYS: readonly string[] = CATALOG.filter(({ made }) => made !== "never").map(
  ({ key }) => key,
);

/** Chosen so that one name begins with the other. The second one gets less to do. */
export const TENANTS: readonly string[] = ["acme", "acme:b"];

/** Beside single keys. A tag that begins with "video:" stands for the call that invalidates a video. */
export const SCOPES: readonly Scope[] = [
  { kind: "prefix", value: "frames/v1/" },
  { kind: "prefix", value: "sums/" },
  { kind: "glob", value: "*/v1/*" },
  { kind: "glob", value: "{notes,embeddings}/**" },
  { kind: "glob", value: "**/transcription.json" },
  { kind: "tag", value: "red" },
  { kind: "tag", value: "blue" },
  { kind: "tag", value: "top" },
  { kind: "tag", value: "video:v1" },
  { kind: "key", value: "raw/1" },
  { kind: "tenant" },
];

/** Of a tag, the video for which the cache itself gives it. */
export function videoOf(tag: string): string | undefined {
  return tag.startsWith("video:") ? tag.slice("video:".length) : undefined;
}
