import type { ConfigPath, Finding } from "./config-problem.ts";
import type { Environment } from "./expand-variables.ts";
import { otlpPathProblem } from "./otlp-path.ts";
import { isRawMap, mapIn, type RawMap } from "./raw-value.ts";

/** Where traces go is asked of these, if the section says nothing. */
const ENDPOINTS = [
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "PHOENIX_COLLECTOR_ENDPOINT",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
];
const METRIC_ENDPOINTS = ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
/** What counts where nobody says how many spans may wait. */
const DEFAULT_MAX_QUEUE = 4096;
/** A shorter one could be found by trying, and with it the keys. */
const SHORTEST_SECRET = 16;
/** What HTTP takes for a header's name. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Headers that say who sends; Phoenix reads both. */
const AUTHORIZATION = ["authorization", "api_key"];

/** What of a telemetry section does not go together. `env`: where what it leaves out comes from. */
export function telemetryFindings(telemetry: RawMap, env: Environment): readonly Finding[] {
  // What is switched off may be half made.
  if (telemetry["enabled"] === false) return [];
  const otlp = mapIn(mapIn(telemetry, "metrics"), "otlp");
  return [
    ...noEndpoint(telemetry, env),
    ...noMetricsEndpoint(telemetry, env),
    // gRPC knows no paths.
    ...urlFindings(
      telemetry["endpoint"],
      ["telemetry", "endpoint"],
      telemetry["protocol"] === "grpc" ? undefined : "traces",
    ),
    ...urlFindings(otlp["endpoint"], ["telemetry", "metrics", "otlp", "endpoint"], "metrics"),
    ...headerFindings(mapIn(telemetry, "headers"), ["telemetry", "headers"]),
    ...headerFindings(mapIn(otlp, "headers"), ["telemetry", "metrics", "otlp", "headers"]),
    ...twoAuthorizations(telemetry),
    ...batchFindings(mapIn(telemetry, "batch"), env),
    ...keyFindings(mapIn(telemetry, "keys")),
  ];
}

/** An endpoint that is written and empty switches traces off, with what only they have. */
function noEndpoint(telemetry: RawMap, env: Environment): readonly Finding[] {
  if (Object.hasOwn(telemetry, "endpoint") || isSet(env, ENDPOINTS)) return [];
  const wanting: readonly (readonly [string, unknown])[] = [
    ["tenancy", "project"],
    ["annotations", true],
  ];
  return wanting.flatMap(([name, value]) => {
    if (telemetry[name] !== value) return [];
    const message = `"${name}: ${String(value)}" is about traces, and these go nowhere: give "endpoint", or set ${ENDPOINTS[1]}`;
    return [{ code: "impossible", path: ["telemetry", name], message }];
  });
}

function noMetricsEndpoint(telemetry: RawMap, env: Environment): readonly Finding[] {
  const metrics = mapIn(telemetry, "metrics");
  const otlp = metrics["otlp"];
  if (!isRawMap(otlp) || Object.hasOwn(otlp, "endpoint") || isSet(env, METRIC_ENDPOINTS)) return [];
  const path = ["telemetry", "metrics", "otlp"];
  const message = `"otlp" has no "endpoint": metrics have one of their own, since Phoenix takes none`;
  return [{ code: "impossible", path, message, atName: true }];
}

function urlFindings(
  value: unknown,
  path: ConfigPath,
  signal: "traces" | "metrics" | undefined,
): readonly Finding[] {
  if (typeof value !== "string" || !/^https?:/.test(value)) return [];
  if (!URL.canParse(value))
    return [
      { code: "wrong_value", path, message: `"endpoint" must be an http:// or https:// URL` },
    ];
  const { username, password } = new URL(value);
  if (username === "" && password === "") {
    const problem = signal === undefined ? undefined : otlpPathProblem(value, signal);
    return problem === undefined
      ? []
      : [{ code: "wrong_value", path, message: `"endpoint": ${problem}` }];
  }
  const message = `"endpoint" must hold no user or password: what proves who sends belongs to "api_key" or "headers"`;
  return [{ code: "wrong_value", path, message }];
}

function headerFindings(headers: RawMap, path: ConfigPath): readonly Finding[] {
  const seen = new Map<string, string>();
  return Object.keys(headers).flatMap((name): readonly Finding[] => {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    const at = { path: [...path, name], atName: true };
    if (!HEADER_NAME.test(name)) {
      const message = `"${name}" cannot be a header's name: use letters, digits and -`;
      return [{ code: "wrong_value", message, ...at }];
    }
    if (other === undefined) return [];
    const message = `The header "${other}" is there already: names of headers do not tell capital letters`;
    return [{ code: "impossible", message, ...at }];
  });
}

function twoAuthorizations(telemetry: RawMap): readonly Finding[] {
  if (!isText(telemetry["api_key"])) return [];
  return Object.entries(mapIn(telemetry, "headers"))
    .filter(([name, value]) => AUTHORIZATION.includes(name.toLowerCase()) && isText(value))
    .map(([name]) => ({
      code: "impossible",
      path: ["telemetry", "headers", name],
      message: `"${name}" beside "api_key", which is sent as a header authorization: which one counts?`,
      atName: true,
    }));
}

function batchFindings(batch: RawMap, env: Environment): readonly Finding[] {
  const { max_size: size, max_queue: queue } = batch;
  if (typeof size !== "number") return [];
  const byVariable = Number(env["OTEL_BSP_MAX_QUEUE_SIZE"] || DEFAULT_MAX_QUEUE);
  const most = queue === undefined ? byVariable : queue;
  if (typeof most !== "number" || !(size > most)) return [];
  const whose = queue === undefined ? `${most} unless it is given` : `${most} here`;
  const message = `"max_size" is more than may wait: "max_queue" is ${whose}`;
  return [{ code: "impossible", path: ["telemetry", "batch", "max_size"], message }];
}

function keyFindings({ visibility, secret }: RawMap): readonly Finding[] {
  if (!isText(secret)) return [];
  const path = ["telemetry", "keys", "secret"];
  if (visibility === "plain") {
    const message = `"secret" beside "visibility: plain": keys leave as they are, so nothing is made with it`;
    return [{ code: "impossible", path, message, atName: true }];
  }
  if (secret.length >= SHORTEST_SECRET) return [];
  const message = `"secret" must have at least ${SHORTEST_SECRET} characters`;
  return [{ code: "wrong_value", path, message }];
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isSet(env: Environment, names: readonly string[]): boolean {
  return names.some((name) => (env[name] ?? "").trim() !== "");
}
