import { inside } from "./inside.ts";

/** What leaves this process. */
export type ExportSignal = "traces" | "metrics" | "annotations";

/** Statuses of HTTP, and what gRPC calls the same, that say who asks may not. */
const FORBIDDEN: readonly number[] = [401, 403, 16, 7];
/** That say nobody there takes such a thing. */
const UNKNOWN: readonly number[] = [404, 405, 12];
const TOO_LARGE = 413;

/** An export that failed, in a line of a log: the status where there is one, and the option to change where one helps. */
export function failureText(signal: ExportSignal, error: unknown): string {
  const code = inside(error, "code");
  if (typeof code === "string") return code;
  if (typeof code !== "number") return String(error);
  const message = error instanceof Error ? error.message : "";
  // What gRPC says begins with its status.
  const status = message.startsWith(String(code)) ? "" : `${String(code)} `;
  return `status ${status}${message}`.trimEnd() + adviceOn(signal, code);
}

/** The option to change, after a colon; empty where none helps. */
export function adviceOn(signal: ExportSignal, status: number): string {
  const option = optionOf(signal, status);
  return option === undefined ? "" : `: set ${option}`;
}

function optionOf(signal: ExportSignal, status: number): string | undefined {
  const metrics = signal === "metrics";
  if (FORBIDDEN.includes(status))
    return metrics ? "telemetry.metrics.otlp.headers" : "telemetry.api_key";
  if (UNKNOWN.includes(status))
    return metrics ? "telemetry.metrics.otlp.endpoint" : "telemetry.endpoint";
  return status === TOO_LARGE && signal === "traces" ? "telemetry.batch.max_size" : undefined;
}
