import { setTimeout as wait } from "node:timers/promises";
import { ModelError } from "../model-error.ts";
import { asModelError, errorOfResponse } from "./http-failure.ts";

/** How to reach an OpenAI-compatible server. */
export type HttpEndpointOptions = Readonly<{
  /** Up to and without `/v1`, such as `http://localhost:8000`. */
  baseUrl: string;
  /** Sent as a bearer token; never part of an error's text. */
  apiKey?: string | undefined;
  /** For one attempt, answer's body included. Default 30,000. */
  timeoutMs?: number | undefined;
  /** Attempts in all, for failures that are retryable. Default 3. */
  attempts?: number | undefined;
  /** Default `globalThis.fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
  /** How pauses between attempts are spent. Default: a timer. */
  pause?: ((pauseMs: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}>;

const FIRST_PAUSE_MS = 500;
/** A server that asks for more is told to the caller instead of waited for. */
const LONGEST_PAUSE_MS = 30_000;

/** Posts to one server and gives JSON or a `ModelError`. */
export class HttpEndpoint {
  readonly #options: HttpEndpointOptions;
  readonly #fetch: typeof globalThis.fetch;
  readonly #pause: (pauseMs: number, signal: AbortSignal | undefined) => Promise<void>;

  constructor(options: HttpEndpointOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#pause = options.pause ?? pauseByTimer;
  }

  /** `body` is made anew for each attempt, since a form can be sent once. Rejects with `ModelError`. */
  async post(
    path: string,
    body: () => string | FormData,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const { attempts = 3 } = this.#options;
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      try {
        return await this.#postOnce(path, body(), signal);
      } catch (error) {
        signal?.throwIfAborted();
        const failure = asModelError(error, this.#url(path));
        const pauseMs = failure.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1);
        if (!failure.retryable || attempt >= attempts || pauseMs > LONGEST_PAUSE_MS) throw failure;
        await this.#pause(pauseMs, signal);
      }
    }
  }

  async #postOnce(
    path: string,
    body: string | FormData,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const { timeoutMs = 30_000 } = this.#options;
    const limit = AbortSignal.timeout(timeoutMs);
    const response = await this.#fetch(this.#url(path), {
      method: "POST",
      headers: this.#headers(body),
      body,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const text = await response.text();
    if (!response.ok) throw errorOfResponse(response, text, this.#url(path));
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new ModelError("garbage", `${this.#url(path)} did not answer with JSON`, { cause });
    }
  }

  #headers(body: string | FormData): Record<string, string> {
    const { apiKey } = this.#options;
    return {
      accept: "application/json",
      ...(typeof body === "string" ? { "content-type": "application/json" } : {}),
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    };
  }

  #url(path: string): string {
    return `${this.#options.baseUrl.replace(/\/+$/, "")}${path}`;
  }
}

async function pauseByTimer(pauseMs: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(pauseMs, undefined, signal === undefined ? {} : { signal });
}
