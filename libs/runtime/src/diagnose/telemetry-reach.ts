import { once } from "node:events";
import { connect } from "node:net";
import type { ResolvedTelemetryConfig } from "@cogniverse/foundation/node";
import type { ExaminationFinding } from "@cogniverse/sdk";
import { type Limit, withinLimit } from "../examine/within-limit.ts";

type Target = Readonly<{ check: string; url: string; protocol: "http/protobuf" | "grpc" }>;

/**
 * Whether somebody is there to take traces and metrics. Only looks: one GET without credentials, or a connection for gRPC; any answer will do. That
 * nobody is there is a warning: telemetry never keeps a cache from working. Rejects only with the signal's reason.
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

async function reach({ check, url, protocol }: Target, limit: Limit): Promise<ExaminationFinding> {
  const base = url.replace(/\/v1\/(?:traces|metrics)$/, "");
  const touch = protocol === "grpc" ? touchTcp : touchHttp;
  try {
    const message = await withinLimit(base, limit, ({ signal }) =>
      touch(base, signal ?? undefined),
    );
    return { check, level: "ok", message };
  } catch (error) {
    limit.signal?.throwIfAborted();
    const message = `${base} does not answer: ${reasonOf(error)}; until it does, spans beyond telemetry.batch.max_queue are dropped`;
    const remedy =
      "see whether the collector runs, and telemetry.endpoint; leave it empty to export nothing";
    return { check, level: "warning", message, remedy };
  }
}

async function touchHttp(base: string, signal: AbortSignal | undefined): Promise<string> {
  const init: RequestInit = { redirect: "manual" };
  const answer = await fetch(base, signal === undefined ? init : { ...init, signal });
  await answer.body?.cancel();
  return `${base} answers`;
}

async function touchTcp(base: string, signal: AbortSignal | undefined): Promise<string> {
  const { hostname, port, protocol } = new URL(base);
  const host = hostname.replaceAll(/[[\]]/g, "");
  const socket = connect(Number(port || (protocol === "https:" ? 443 : 80)), host);
  try {
    await once(socket, "connect", signal === undefined ? {} : { signal });
    return `${base} takes connections`;
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
