import { readFile } from "node:fs/promises";
import { hash } from "node:crypto";
import { hashQuery } from "@cogniverse/core";
import type { CacheManager } from "@cogniverse/sdk";
import { modelPart, resultsKey } from "../ingest/artefact-keys.ts";
import { ArtefactReport } from "../ingest/artefact-report.ts";
import { Artefacts, type ArtefactModels } from "../ingest/artefacts.ts";
import { LIBRARY_TAG, searchedTag } from "../ingest/search-tags.ts";
import type { VideoLibrary, VideoRecord } from "../library/video-library.ts";
import type { VideoArtefacts } from "../search/artefacts.ts";
import { parseExampleFrame } from "../search/example-frame.ts";
import { rank } from "../search/rank.ts";
import type { SearchFilters, SearchHit, SearchQuery } from "../search/search-query.ts";
import { SearchError } from "./search-error.ts";

/** How films are searched: words over guesses and speech, words over speech alone, or pictures like an example. */
export const STRATEGIES = ["text", "transcript", "similar"] as const;

/** One of {@link STRATEGIES}. */
export type Strategy = (typeof STRATEGIES)[number];

/** Options of one search. */
export interface SearchOptions {
  /** Default "text". */
  readonly strategy?: Strategy | undefined;
  /** Default 10. */
  readonly topK?: number | undefined;
  readonly filters?: SearchFilters | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly report?: ArtefactReport | undefined;
}

/** An answer, and whether it was computed or which tier had it. */
export type SearchAnswer = Readonly<{ hits: readonly SearchHit[]; from: string; ms: number }>;

/** What {@link VideoSearchAgent} needs. */
export interface VideoSearchAgentOptions {
  readonly cache: CacheManager;
  readonly library: VideoLibrary;
  readonly models: ArtefactModels;
}

/** Answers queries over what was ingested. Answers live for as long as the policy of `search_results` says, and die with anything they were made from. */
export class VideoSearchAgent {
  readonly #options: VideoSearchAgentOptions;

  constructor(options: VideoSearchAgentOptions) {
    this.#options = options;
  }

  /**
   * `query`: words; for the strategy "similar" a moment (`VIDEO_ID@1200`) or the path of a picture. The key of the answer holds everything that shapes it:
   * query, strategy, count, filters, models. Throws {@link SearchError} for a query that cannot be asked.
   */
  async search(
    query: string,
    tenantId: string,
    options: SearchOptions = {},
  ): Promise<SearchAnswer> {
    const {
      strategy = "text",
      topK = 10,
      filters = {},
      signal,
      report = new ArtefactReport(),
    } = options;
    const { models } = this.#options;
    if (query.trim() === "") throw new SearchError("The query is empty: say what to look for");
    if (!Number.isSafeInteger(topK) || topK < 1)
      throw new SearchError(`topK ${topK} is not a whole number above 0`);
    const cache = this.#options.cache.forTenant(tenantId);
    const example = strategy === "similar" ? await readExample(query) : undefined;
    const revisions = [modelPart(models.vision.identity), modelPart(models.text.identity)];
    const asked =
      example?.kind === "image" ? `image:${hash("sha256", example.bytes, "hex")}` : query;
    const key = resultsKey({
      queryHash: hashQuery({ query: asked, strategy, topK, filters, revisions }),
      strategy,
    });
    const startedAt = performance.now();
    const info = await cache.getOrComputeWithInfo(
      key,
      async (context) => {
        context.setTags(...(filters.videos?.map(searchedTag) ?? [LIBRARY_TAG]));
        const artefacts = new Artefacts({ cache, models, report, signal: context.signal });
        const videos = await this.#videos(tenantId, filters);
        const prepared = await prepare(query, strategy, example, {
          artefacts,
          models,
          videos,
          signal: context.signal,
        });
        const known = await Promise.all(videos.map((video) => collect(artefacts, video, strategy)));
        return rank(prepared, known, { topK, filters });
      },
      { signal },
    );
    const ms = performance.now() - startedAt;
    report.add("search result", info, ms);
    return { hits: info.value, from: info.from === "tier" ? info.tier : "computed", ms };
  }

  async #videos(tenantId: string, { videos }: SearchFilters): Promise<readonly VideoRecord[]> {
    const all = await this.#options.library.list(tenantId);
    return videos === undefined ? all : all.filter(({ videoId }) => videos.includes(videoId));
  }
}

type Example =
  | Readonly<{ kind: "moment"; video: string; timestampMs: number }>
  | Readonly<{ kind: "image"; path: string; bytes: Uint8Array }>;

async function readExample(query: string): Promise<Example> {
  const example = parseExampleFrame(query);
  if (example.kind === "moment") return example;
  try {
    return { ...example, bytes: await readFile(example.path) };
  } catch (cause) {
    const form = "a picture's path or a moment such as VIDEO_ID@1200";
    throw new SearchError(
      `${query} is neither a picture that can be read nor a moment; "similar" takes ${form}`,
      { cause },
    );
  }
}

type Preparation = Readonly<{
  artefacts: Artefacts;
  models: ArtefactModels;
  videos: readonly VideoRecord[];
  signal: AbortSignal;
}>;

async function prepare(
  text: string,
  strategy: Strategy,
  example: Example | undefined,
  { artefacts, models, videos, signal }: Preparation,
): Promise<SearchQuery> {
  if (strategy === "transcript") return { strategy, text };
  if (strategy === "text") {
    const [vector] = (await models.text.embedTexts?.([text], { signal })) ?? [];
    return { strategy, text, vector };
  }
  if (example?.kind === "image") {
    const [vector] = await models.vision.embedImages([example.bytes], { signal });
    if (vector === undefined)
      throw new SearchError("The vision model gave no vector for the example");
    return { strategy, vector };
  }
  const video = videos.find(
    ({ videoId }) => example !== undefined && videoId.startsWith(example.video),
  );
  if (example === undefined || video === undefined)
    throw new SearchError(`No ingested film has an id that begins with ${example?.video ?? ""}`);
  const { timestampsMs } = await artefacts.manifest(video);
  const nearest = timestampsMs.toSorted(
    (a, b) => Math.abs(a - example.timestampMs) - Math.abs(b - example.timestampMs),
  )[0];
  if (nearest === undefined) throw new SearchError(`${video.title} has no key frame`);
  const except = { video: video.videoId, timestampMs: nearest };
  return { strategy, vector: await artefacts.frameVector(video, nearest), except };
}

/** Only what the strategy looks at. */
async function collect(
  artefacts: Artefacts,
  video: VideoRecord,
  strategy: Strategy,
): Promise<VideoArtefacts> {
  const manifest = await artefacts.manifest(video);
  const { timestampsMs } = manifest;
  const transcript = await artefacts.transcript(video);
  const { labels } = await artefacts.labels(video, manifest);
  const labelVectors = strategy === "text" ? await artefacts.labelVectors(video, manifest) : [];
  const vectors =
    strategy === "similar"
      ? await Promise.all(timestampsMs.map((ms) => artefacts.frameVector(video, ms)))
      : [];
  const frames = timestampsMs.map((timestampMs, i) => ({
    timestampMs,
    labels: labels[i] ?? [],
    vector: vectors[i],
    labelVector: isZero(labelVectors[i]) ? undefined : labelVectors[i],
  }));
  return { video: video.videoId, title: video.title, frames, transcript };
}

function isZero(vector: Float32Array | undefined): boolean {
  return vector === undefined || vector.every((x) => x === 0);
}
