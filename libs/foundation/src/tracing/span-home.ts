import { globalProvider } from "./api-global.ts";

/**
 * Where spans go: those of one home are seen together, those of two caches that export to different places are not. An object of each export; `undefined`
 * for an SDK that the process has of its own.
 */
export type SpanHome = object | undefined;

let registered: { readonly provider: object; readonly home: SpanHome } | undefined;

/** What is registered with the API now was registered for `home`. */
export function registeredFor(home: SpanHome): void {
  const provider = globalProvider();
  registered = provider === undefined ? undefined : { provider, home };
}

/** The home of what is registered with the API, where a cache of this process did that. */
export function homeOfGlobalProvider(): SpanHome {
  return registered?.provider === globalProvider() ? registered?.home : undefined;
}
