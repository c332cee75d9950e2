import { once } from "node:events";
import { connect } from "node:net";
import type { ResolvedTelemetryConfig } from "@cogniverse/foundation/node";
import type { ExaminationFinding } from "@cogniverse/sdk";
import { type Limit, withinLimit } from "../examine/within-limit.ts";
import { askOtlp, type OtlpTarget } from "./otlp-answer.ts";

type Target = OtlpTarget & Readonly<{ protocol: "http/protobuf" | "grpc" }>;

/**
 * Whether somebody takes traces and metrics: one export with nothing in it, sent as the others will be; for gRPC only a connection. That nobody
 * takes them is a warning: telemetry never keeps a cache from working. Rejects only with the signal's reason.
 */
export async function telemetryReach(
  { enabled, traces, metrics }: ResolvedTelemetryConfig,
  limit: Limit,
): Promise<readonly ExaminationFinding[]> {
  if (!enabled) return [];
  const targets: Target[] = [];
  if (traces !== undefined) targets.push({ check: "traces", ...traces });
  if (metrics.otlp !== undefined) targets.push({ check: "metrics", ...metrics.otlp });
  return Promise.all(targets.map((target) => reach(target, limit)));
}

async function reach(target: Target, limit: Limit): Promise<ExaminationFinding> {
  const { check, protocol } = target;
  const base = target.url.replace(/\/v1\/(?:traces|metrics)$/, "");
  try {
    return await withinLimit(base, limit, ({ signal }) =>
      protocol === "grpc" ? touchTcp(check, base, signal) : askOtlp(target, signal),
    );
  } catch (error) {
    limit.signal?.throwIfAborted();
    const message = `${base} does not answer: ${reasonOf(error)}; until it does, spans beyond telemetry.batch.max_queue are dropped`;
    const remedy =
      "see whether the collector runs, and telemetry.endpoint; leave it empty to export nothing";
    return { check, level: "warning", message, remedy };
  }
}

async function touchTcp(
  check: string,
  base: string,
  signal: AbortSignal | undefined,
): Promise<ExaminationFinding> {
  const { hostname, port, protocol } = new URL(base);
  const host = hostname.replaceAll(/[[\]]/g, "");
  const socket = connect(Number(port || (protocol === "https:" ? 443 : 80)), host);
  try {
    await once(socket, "connect", signal === undefined ? {} : { signal });
    return { check, level: "ok", message: `${base} takes connections` };
  } finally {
    socket.destroy();
  }
}

/** `fetch` says why below its own error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ("code" in cause ? String(cause.code) : cause.name);
}
