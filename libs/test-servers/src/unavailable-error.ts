/** A server cannot run here; the message says what to install, and how. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}
