/** A search that cannot be asked; the message says what to change. */
export class SearchError extends Error {
  override readonly name = "SearchError";
}
