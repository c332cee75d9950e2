import { hashQuery, noTelemetry } from "@cogniverse/core";
import type { CacheManager, TelemetryPort, TenantCache } from "@cogniverse/sdk";
import { modelPart, resultsKey } from "../ingest/artefact-keys.ts";
import { ArtefactReport } from "../ingest/artefact-report.ts";
import { Artefacts, type ArtefactMaking } from "../ingest/artefacts.ts";
import type { ArtefactModels } from "../models/artefact-models.ts";
import { indexRevision } from "../library/index-revision.ts";
import type { VideoLibrary, VideoRecord } from "../library/video-library.ts";
import { decodeImage, UnreadableImageError } from "../media/decode-image.ts";
import { rank } from "../search/rank.ts";
import type { SearchFilters, SearchHit, SearchQuery } from "../search/search-query.ts";
import { AppSpans } from "../telemetry/app-spans.ts";
import { tracedModels } from "../telemetry/traced-models.ts";
import { collectArtefacts } from "./collect-artefacts.ts";
import { findVideo } from "./find-video.ts";
import { readExample, type SearchExample } from "./search-example.ts";
import { SearchError } from "./search-error.ts";
import type { Strategy } from "./strategy.ts";

/** Options of one search. */
export interface SearchOptions {
  /** Default "text". */
  readonly strategy?: Strategy | undefined;
  /** Default 10. */
  readonly topK?: number | undefined;
  /** Ids of videos may be cut short as long as they are unambiguous. */
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
  readonly making: ArtefactMaking;
  /** Default: none. */
  readonly telemetry?: TelemetryPort | undefined;
}

/** What one answer is worked out with. */
type Answering = Readonly<{
  cache: TenantCache;
  report: ArtefactReport;
  spans: AppSpans;
  signal: AbortSignal;
}>;

/** A query with everything that shapes its answer. `within`: the films it is asked of. */
type Question = Readonly<{
  text: string;
  strategy: Strategy;
  topK: number;
  filters: SearchFilters;
  within: readonly VideoRecord[];
  example: SearchExample | undefined;
}>;

/** Raised whenever the same artefacts may be ranked in another way. */
const RANKING_REVISION = 1;

/**
 * Answers queries over what was ingested. Answers live for as long as the policy of `search_results` says, and die with anything they were made from.
 * Nodes with the same films share them; where a film is added or edited the question is another one.
 */
export class VideoSearchAgent {
  readonly #options: VideoSearchAgentOptions;

  constructor(options: VideoSearchAgentOptions) {
    this.#options = options;
  }

  /**
   * `query`: words; for the strategy "similar" a moment (`VIDEO_ID@1200`) or the path of a picture. The key of the answer holds everything that shapes it:
   * query, strategy, count, filters, models, settings, the films it is asked of. Throws {@link SearchError} for a query that cannot be asked.
   */
  async search(
    query: string,
    tenantId: string,
    options: SearchOptions = {},
  ): Promise<SearchAnswer> {
    const { telemetry = noTelemetry } = this.#options;
    const spans = new AppSpans(telemetry, tenantId);
    const { strategy = "text", topK = 10 } = options;
    return spans.search({ query, strategy, topK }, () =>
      this.#search(query, { tenantId, spans }, options),
    );
  }

  async #search(
    query: string,
    { tenantId, spans }: Readonly<{ tenantId: string; spans: AppSpans }>,
    options: SearchOptions,
  ): Promise<SearchAnswer> {
    const { signal, report = new ArtefactReport() } = options;
    const startedAt = performance.now();
    const cache = this.#options.cache.forTenant(tenantId);
    const question = await this.#understand(query, tenantId, options);
    const info = await cache.getOrComputeWithInfo(
      this.#key(question),
      ({ signal: wanted }) =>
        spans.retrieve(query, () =>
          this.#answer(question, { cache, report, spans, signal: wanted }),
        ),
      { signal },
    );
    const ms = performance.now() - startedAt;
    report.add("search result", info, ms);
    return { hits: info.value, from: info.from === "tier" ? info.tier : "computed", ms };
  }

  /** Everything as it stands in the key: whole ids, sorted, and the example's content. */
  async #understand(query: string, tenantId: string, options: SearchOptions): Promise<Question> {
    const { strategy = "text", topK = 10, filters = {} } = options;
    if (query.trim() === "") throw new SearchError("The query is empty: say what to look for");
    if (!Number.isSafeInteger(topK) || topK < 1)
      throw new SearchError(`topK ${topK} is not a whole number above 0`);
    const library = await this.#options.library.list(tenantId);
    const example = strategy === "similar" ? await readExample(query, library) : undefined;
    const ids = filters.videos?.map((prefix) => findVideo(library, prefix).videoId);
    const videos = ids === undefined ? undefined : [...new Set(ids)].sort();
    const within = library.filter(({ videoId }) => videos?.includes(videoId) ?? true);
    return { text: query, strategy, topK, filters: { ...filters, videos }, within, example };
  }

  #key(question: Question): ReturnType<typeof resultsKey> {
    const { text, strategy, topK, filters, within, example } = question;
    const { models, settings } = this.#options.making;
    const used = [models.vision, models.text, models.speech];
    const revisions = [
      ...used.map((model) => (model === undefined ? "none" : modelPart(model.identity))),
      `settings ${JSON.stringify(settings)}`,
      `ranking ${RANKING_REVISION}`,
      `index ${indexRevision(within)}`,
    ];
    const query = example?.name ?? text;
    return resultsKey({
      queryHash: hashQuery({ query, strategy, topK, filters, revisions }),
      strategy,
    });
  }

  async #answer(question: Question, call: Answering): Promise<readonly SearchHit[]> {
    const artefacts = new Artefacts({ ...this.#options.making, ...call });
    const { strategy, topK, filters, within } = question;
    const prepared = await this.#prepare(question, artefacts, call);
    const known = [];
    for (const video of within) known.push(await collectArtefacts(artefacts, video, strategy));
    return rank(prepared, known, { topK, filters });
  }

  async #prepare(
    { text, strategy, example }: Question,
    artefacts: Artefacts,
    { spans, signal }: Answering,
  ): Promise<SearchQuery> {
    const models = tracedModels(this.#options.making.models, spans);
    if (strategy === "transcript") return { strategy, text };
    if (strategy === "text" || example === undefined) {
      const [vector] = (await models.text.embedTexts?.([text], { signal })) ?? [];
      return { strategy: "text", text, vector };
    }
    if (example.kind === "moment") return momentQuery(example, artefacts);
    return {
      strategy: "similar",
      vector: await see(models, { path: text, image: example.bytes }, signal),
    };
  }
}

async function see(
  { vision }: ArtefactModels,
  { path, image }: Readonly<{ path: string; image: Uint8Array }>,
  signal: AbortSignal,
): Promise<Float32Array> {
  await decodeImage(image, 1, { signal }).catch((cause: unknown) => {
    if (!(cause instanceof UnreadableImageError)) throw cause;
    throw new SearchError(`${path}: ${cause.message}`, { cause });
  });
  const [vector] = await vision.embedImages([image], { signal });
  if (vector === undefined)
    throw new SearchError("The vision model gave no vector for the example");
  return vector;
}

/** Looks for what is like the key frame nearest to the moment, but not for that one. */
async function momentQuery(
  { video, timestampMs }: Extract<SearchExample, { kind: "moment" }>,
  artefacts: Artefacts,
): Promise<SearchQuery> {
  const { timestampsMs } = await artefacts.manifest(video);
  const distance = (ms: number): number => Math.abs(ms - timestampMs);
  const nearest = timestampsMs.toSorted((a, b) => distance(a) - distance(b))[0];
  if (nearest === undefined) throw new SearchError(`${video.title} has no key frame`);
  const vector = await artefacts.frameVector(video, nearest);
  return {
    strategy: "similar",
    vector,
    except: { video: video.videoId, timestampMs: nearest },
  };
}
