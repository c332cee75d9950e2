import { cosine } from "../models/vector.ts";
import type { VideoArtefacts } from "./artefacts.ts";
import { fuseRanks } from "./fuse-ranks.ts";
import type { RankedItem } from "./fuse-ranks.ts";
import { momentsOf } from "./moments.ts";
import type { Moment } from "./moments.ts";
import type { RankOptions, SearchFilters, SearchHit, SearchQuery } from "./search-query.ts";
import { credibleLabels, matchWords } from "./word-index.ts";

/**
 * A floor keeps "nothing found" possible. Of 26 words tried on the sample, animals reach 0.56-0.78
 * with it and what is not in it stays below 0.54 (office 0.46, car 0.52), with one exception in 13.
 */
const RELATED_COSINE = 0.55;
const DEFAULT_TOP_K = 10;

type Scored = Readonly<{ moment: Moment; score: number; why: readonly string[] }>;

/**
 * Pure: the same query and artefacts give the same hits in the same order, whatever the order of the
 * videos.
 *
 * @throws RangeError for a query vector of another model than the frames'.
 */
export function rank(
  query: SearchQuery,
  artefacts: readonly VideoArtefacts[],
  options: RankOptions = {},
): readonly SearchHit[] {
  const { topK = DEFAULT_TOP_K, filters = {} } = options;
  const moments = artefacts
    .filter(({ video }) => filters.videos?.includes(video) ?? true)
    .toSorted((a, b) => compare(a.video, b.video))
    .flatMap(momentsOf)
    .filter((moment) => isInside(moment, filters));
  return score(query, moments)
    .toSorted((a, b) => b.score - a.score || byPlace(a.moment, b.moment))
    .slice(0, topK)
    .map(hitOf);
}

function score(query: SearchQuery, moments: readonly Moment[]): readonly Scored[] {
  if (query.strategy === "text") return scoreText(query.text, query.vector, moments);
  if (query.strategy === "transcript") return scoreTranscript(query.text, moments);
  return scoreSimilar(query.vector, query.except, moments);
}

function scoreText(
  text: string,
  vector: Float32Array | undefined,
  moments: readonly Moment[],
): readonly Scored[] {
  const words = matchWords(text, moments, ["transcript", "labels", "title"]);
  const meanings = vector === undefined ? undefined : closeInMeaning(vector, moments);
  const fused = fuseRanks(meanings === undefined ? [words] : [words, meanings]);
  const wordsOf = new Map(words.map((match) => [match.id, match.words]));
  const cosineOf = new Map(meanings?.map((meaning) => [meaning.id, meaning.score]));
  return moments.flatMap((moment) => {
    const { id } = moment;
    const total = fused.get(id);
    if (total === undefined) return [];
    const why = [...wordsWhy(wordsOf.get(id) ?? []), ...meaningWhy(cosineOf.get(id))];
    return [{ moment, score: total, why }];
  });
}

function scoreTranscript(text: string, moments: readonly Moment[]): readonly Scored[] {
  const matches = new Map(matchWords(text, moments, ["transcript"]).map((each) => [each.id, each]));
  return moments.flatMap((moment) => {
    const match = matches.get(moment.id);
    return match === undefined ? [] : [{ moment, score: match.score, why: wordsWhy(match.words) }];
  });
}

function scoreSimilar(
  vector: Float32Array,
  except: Readonly<{ video: string; timestampMs: number }> | undefined,
  moments: readonly Moment[],
): readonly Scored[] {
  return moments.flatMap((moment) => {
    const { frame, video } = moment;
    const isExample = except?.video === video && except.timestampMs === frame.timestampMs;
    if (isExample || frame.vector === undefined) return [];
    const similarity = cosine(vector, frame.vector);
    return [{ moment, score: similarity, why: [`looks alike (${similarity.toFixed(2)})`] }];
  });
}

function closeInMeaning(vector: Float32Array, moments: readonly Moment[]): readonly RankedItem[] {
  return moments
    .flatMap(({ id, frame: { labelVector } }) =>
      labelVector === undefined ? [] : [{ id, score: cosine(vector, labelVector) }],
    )
    .filter((each) => each.score >= RELATED_COSINE)
    .toSorted((a, b) => b.score - a.score || compare(a.id, b.id));
}

function wordsWhy(words: readonly string[]): readonly string[] {
  return words.length === 0 ? [] : [`words: ${words.join(", ")}`];
}

function meaningWhy(closeness: number | undefined): readonly string[] {
  return closeness === undefined ? [] : [`guessed labels are close (${closeness.toFixed(2)})`];
}

function hitOf({ moment, score: total, why }: Scored): SearchHit {
  const { video, title, frame, segments } = moment;
  const said = segments.map(({ text }) => text).join(" ");
  const snippet = said === "" ? guessed(moment) : said;
  return { video, title, timestampMs: frame.timestampMs, score: total, why, snippet };
}

function guessed({ frame }: Moment): string {
  const names = credibleLabels(frame.labels).map((label) => label.names[0] ?? "");
  return names.length === 0 ? "no credible guess" : `perhaps: ${names.join(", ")}`;
}

function isInside({ frame: { timestampMs } }: Moment, filters: SearchFilters): boolean {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = filters;
  return timestampMs >= fromMs && timestampMs < toMs;
}

function byPlace(a: Moment, b: Moment): number {
  return compare(a.video, b.video) || a.frame.timestampMs - b.frame.timestampMs;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
