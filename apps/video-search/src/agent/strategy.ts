/** How films are searched: words over guesses and speech, words over speech alone, or pictures like an example. */
export const STRATEGIES = ["text", "transcript", "similar"] as const;

/** One of {@link STRATEGIES}. */
export type Strategy = (typeof STRATEGIES)[number];
