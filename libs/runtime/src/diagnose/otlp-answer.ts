import { STATUS_CODES } from "node:http";
import type { ExaminationFinding } from "@cogniverse/sdk";

/** An OTLP endpoint over HTTP, and what every export to it is sent with. `check`: the signal, as findings are called. */
export type OtlpTarget = Readonly<{
  check: string;
  url: string;
  headers: Readonly<Record<string, string>>;
}>;

/**
 * Sends what an export is sent as, without anything in it: an empty message of protobuf is valid, and nothing is stored of it. Of the answer only the
 * status counts, since its text may repeat a credential. Rejects as `fetch` does.
 */
export async function askOtlp(
  target: OtlpTarget,
  signal: AbortSignal | undefined,
): Promise<ExaminationFinding> {
  const answer = await fetch(target.url, {
    method: "POST",
    headers: { ...target.headers, "content-type": "application/x-protobuf" },
    body: new Uint8Array(),
    redirect: "manual",
    signal: signal ?? null,
  });
  await answer.body?.cancel();
  return findingOf(target, answer.status);
}

function findingOf({ check, url, headers }: OtlpTarget, status: number): ExaminationFinding {
  if (status >= 200 && status < 300)
    return { check, level: "ok", message: `${url} takes ${check}` };
  const told = [status, STATUS_CODES[status]].filter((part) => part !== undefined).join(" ");
  const section = check === "metrics" ? "telemetry.metrics.otlp" : "telemetry";
  if (status === 401 || status === 403) {
    const proof = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
    const why = proof ? "the key that is sent does not count there" : "no key is sent";
    const message = `${url} refuses ${check} (${told}): ${why}`;
    const where =
      check === "metrics" ? `${section}.headers` : "telemetry.api_key (PHOENIX_API_KEY)";
    return { check, level: "warning", message, remedy: `see ${where}` };
  }
  if (status === 404 || status === 405) {
    const message = `${url} takes no ${check} (${told}): something else answers there`;
    const remedy = `see the host, the port and the path of ${section}.endpoint: a base URL, or one that ends in /v1/${check}`;
    return { check, level: "warning", message, remedy };
  }
  const message = `${url} answers an export of ${check} with ${told}`;
  const remedy = `see what answers there, and ${section}.endpoint; while it does so, nothing is exported`;
  return { check, level: "warning", message, remedy };
}
