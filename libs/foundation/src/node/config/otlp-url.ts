import { invalidConfig } from "./invalid-config.ts";

/**
 * The URL of one signal over HTTP: `base` as it is where it ends in `path`, else with `path` appended. Throws `invalid_config` for
 * what is not an http(s) URL, and for one with credentials, which would reach logs.
 */
export function signalUrl(base: string, path: string, option: string): string {
  const url = parsed(base, option);
  if (!url.pathname.endsWith(path)) url.pathname = url.pathname.replace(/\/*$/, path);
  return url.href;
}

/** Scheme, host and port for gRPC, with another port where one is given. Throws as {@link signalUrl}. */
export function grpcUrl(base: string, option: string, port?: number): string {
  const url = parsed(base, option);
  if (port !== undefined) url.port = String(port);
  return url.origin === "null" ? `${url.protocol}//${url.host}` : url.origin;
}

function parsed(text: string, option: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw invalidConfig([{ path: [option], message: "must be an http:// or https:// URL" }]);
  if (url.username !== "" || url.password !== "")
    throw invalidConfig([
      { path: [option], message: "must hold no user or password: use api_key or headers" },
    ]);
  return url;
}
