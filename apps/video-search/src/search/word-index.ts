import MiniSearch from "minisearch";
import { stemmer } from "stemmer";
import type { Label } from "../models/model-port.ts";
import type { Moment } from "./moments.ts";
import { STOP_WORDS } from "./stop-words.ts";

/** A guess below this is more often wrong than right; it still counts in the label vector. */
const CREDIBLE_SCORE = 0.15;

/** Which moments match the words, best first, by BM25. `words` are those of the query that matched. */
export type WordMatch = Readonly<{ id: string; score: number; words: readonly string[] }>;

/** Where words are looked for. */
export type WordField = "transcript" | "labels" | "title";

/** What is said counts more than what was guessed, and both more than the file's name. */
const BOOST: Readonly<Record<WordField, number>> = { transcript: 2, labels: 1, title: 0.5 };

/**
 * Builds the index for one search. English words match in all their forms, any word as a beginning,
 * and longer ones with one typo in five letters.
 */
export function matchWords(
  text: string,
  moments: readonly Moment[],
  fields: readonly WordField[],
): readonly WordMatch[] {
  const index = new MiniSearch<Readonly<Record<WordField | "id", string>>>({
    fields: [...fields],
    processTerm: stemOf,
  });
  index.addAll(moments.map(documentOf));
  const found = index.search(text, {
    boost: BOOST,
    prefix: (term) => term.length > 3,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
  });
  const spelling = spellings(text);
  return found.map(({ id, score, queryTerms }) => ({
    id: String(id),
    score,
    words: queryTerms.map((term) => spelling.get(term) ?? term),
  }));
}

/** `null` drops the word. */
function stemOf(term: string): string | null {
  const word = term.toLowerCase();
  return STOP_WORDS.has(word) ? null : stemmer(word);
}

/** From the stem back to how the query spells it. */
function spellings(text: string): ReadonlyMap<string, string> {
  const words = text.match(/[\p{L}\p{N}'-]+/gu) ?? [];
  return new Map(words.map((word) => [stemOf(word) ?? word, word]));
}

/** Guesses worth saying, best first. */
export function credibleLabels(labels: readonly Label[]): readonly Label[] {
  return labels.filter(({ score }) => score >= CREDIBLE_SCORE);
}

function documentOf(moment: Moment): Readonly<Record<WordField | "id", string>> {
  return {
    id: moment.id,
    transcript: moment.segments.map(({ text }) => text).join(" "),
    labels: credibleLabels(moment.frame.labels)
      .flatMap(({ names }) => names)
      .join(" "),
    title: moment.title,
  };
}
