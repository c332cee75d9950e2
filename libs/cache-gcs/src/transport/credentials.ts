import type { Storage } from "@google-cloud/storage";

/** Where the authorization of a request comes from: a header map, asked for before each request. */
export type Credentials = () => Promise<Readonly<Record<string, string>>>;

/**
 * The headers with which the client library authorizes its own requests: tokens are fetched, kept and renewed by it. An endpoint of
 * one's own gets none, unless the client was made with `useAuthWithCustomEndpoint`.
 */
export function credentialsOf(storage: Storage): Credentials {
  const nothing = {};
  if (storage.customEndpoint && storage.useAuthWithCustomEndpoint !== true)
    return () => Promise.resolve(nothing);
  return async () => {
    const headers = await storage.authClient.getRequestHeaders();
    return Object.fromEntries(headers.entries());
  };
}
