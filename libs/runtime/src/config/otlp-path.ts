import { nearestName } from "./nearest-name.ts";

/** Signals of OTLP as paths call them. */
const SIGNALS = ["traces", "metrics", "logs"];
/** First segments of pages of Phoenix, which are what a browser's address shows. */
const PAGES = ["projects", "graphql", "login"];

/**
 * Why the path of an endpoint is hardly meant as it is, and how it is written; `undefined` where it may be right. A path that ends in `/v1/{signal}` is
 * taken as it is, any other is a base that this is appended to: a slip of the hand would make `/v1/trace/v1/traces` of it, and every export fail.
 */
export function otlpPathProblem(
  endpoint: string,
  signal: "traces" | "metrics",
): string | undefined {
  const url = new URL(endpoint);
  const whole = `/v1/${signal}`;
  if (url.pathname.endsWith(whole)) return undefined;
  const segments = url.pathname.split("/").filter((segment) => segment !== "");
  const at = PAGES.includes(segments[0] ?? "") ? 0 : beginOfSignal(segments);
  if (at === undefined) return undefined;
  const base = [url.origin, ...segments.slice(0, at)].join("/");
  return `a path that ends in "/${segments.slice(at).join("/")}" is none of OTLP's for ${signal}: write ${base}, or ${base}${whole}`;
}

/** The segment from which on a path was meant to name a signal. */
function beginOfSignal(segments: readonly string[]): number | undefined {
  const last = segments.length - 1;
  const isV1 = (at: number): boolean => segments[at]?.toLowerCase() === "v1";
  if (last >= 0 && isV1(last)) return last;
  if (last < 0 || nearestName(segments[last] ?? "", SIGNALS) === undefined) return undefined;
  return isV1(last - 1) ? last - 1 : last;
}
