import { ModelError } from "../model-error.ts";
import type { ModelErrorCode } from "../model-error.ts";

const EXCERPT_CHARACTERS = 200;

/** What a status other than 2xx means. The message quotes the start of what the server said. */
export function errorOfResponse(response: Response, text: string, url: string): ModelError {
  const { status } = response;
  const said = text.replaceAll(/\s+/g, " ").trim().slice(0, EXCERPT_CHARACTERS);
  const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), Date.now());
  const message = `${url} answered ${status}${said === "" ? "" : `: ${said}`}`;
  return new ModelError(codeOf(status), message, { status, retryAfterMs });
}

function codeOf(status: number): ModelErrorCode {
  if (status === 429) return "throttled";
  if (status === 408) return "timeout";
  return status >= 500 ? "unavailable" : "rejected";
}

/** RFC 9110: whole seconds or an HTTP date. `undefined` for anything else. `now` in epoch ms. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** Whatever `fetch` threw, as ours. */
export function asModelError(error: unknown, url: string): ModelError {
  if (ModelError.isInstance(error)) return error;
  // By name: fetch throws errors of another realm than this module's in some hosts.
  if (nameOf(error) === "TimeoutError") {
    return new ModelError("timeout", `${url} did not answer in time`, { cause: error });
  }
  return new ModelError("unreachable", `${url} cannot be reached`, { cause: error });
}

function nameOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "name" in error ? error.name : undefined;
}
