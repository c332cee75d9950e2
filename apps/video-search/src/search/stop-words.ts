/** English words that every sentence has; they would make every description match every question. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a an and are as at be but by for from has have he her his in into is it its of on or she " +
    "that the their there they this to was were what where which who will with"
  ).split(" "),
);
