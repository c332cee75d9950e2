import type { OtlpProtocol } from "../telemetry-config.ts";
import { invalidConfig } from "./invalid-config.ts";

/** Variables by name; an empty one counts as absent, as OpenTelemetry asks. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The first of `names` that is set and not blank. */
export function textOf(env: Environment, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = env[name]?.trim();
    if (text !== undefined && text !== "") return text;
  }
  return undefined;
}

/** A number that is not negative; throws `invalid_config` that names the variable for anything else. */
export function numberOf(env: Environment, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const text = textOf(env, name);
    if (text === undefined) continue;
    const value = Number(text);
    if (Number.isFinite(value) && value >= 0) return value;
    throw invalidConfig([{ path: [name], message: "must be a number, at least 0" }]);
  }
  return undefined;
}

/** True for "true" in any case, as OpenTelemetry defines it. */
export function flagOf(env: Environment, name: string): boolean {
  return textOf(env, name)?.toLowerCase() === "true";
}

/** `k=v,k2=v2`, percent-encoded as in W3C baggage; pairs without a name are left out. */
export function pairsOf(env: Environment, name: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const pair of (textOf(env, name) ?? "").split(",")) {
    const at = pair.indexOf("=");
    const key = pair.slice(0, Math.max(at, 0)).trim();
    if (key !== "") pairs[decoded(key)] = decoded(pair.slice(at + 1).trim());
  }
  return pairs;
}

/** Throws `invalid_config` for a protocol that is not spoken here (`http/json`: Phoenix refuses it). */
export function protocolOf(
  env: Environment,
  ...names: readonly string[]
): OtlpProtocol | undefined {
  const text = textOf(env, ...names);
  if (text === undefined || text === "http/protobuf" || text === "grpc") return text;
  throw invalidConfig([
    { path: [names.at(-1) ?? ""], message: 'must be "http/protobuf" or "grpc"' },
  ]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
