import type { Logger } from "@cogniverse/sdk";
import { type ExportSignal, failureText } from "../otlp/export-failure.ts";

/** Counts the exports of one signal, and tells an operator when their outcome changes: once, not per export. */
export class ExportHealth {
  readonly #signal: ExportSignal;
  readonly #where: string;
  readonly #logger: Logger;
  #failing = false;
  #failures = 0;

  /** `url` is shown without user info and query. */
  constructor(signal: ExportSignal, url: string, logger: Logger) {
    this.#signal = signal;
    this.#where = shownUrl(url);
    this.#logger = logger;
  }

  get failures(): number {
    return this.#failures;
  }

  succeeded(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#logger.info(`export of ${this.#signal} works again`, { endpoint: this.#where });
  }

  failed(error: unknown): void {
    this.#failures++;
    if (this.#failing) return;
    this.#failing = true;
    this.#logger.warn(`export of ${this.#signal} fails; reads go on without it`, {
      endpoint: this.#where,
      reason: failureText(this.#signal, error),
    });
  }
}

function shownUrl(text: string): string {
  const url = URL.parse(text);
  return url === null ? "(not a URL)" : url.origin + url.pathname;
}
