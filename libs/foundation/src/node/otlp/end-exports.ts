import type { IExporterTransport } from "@opentelemetry/otlp-exporter-base";
import { EndingTransport } from "./ending-transport.ts";
import { cancellableCalls } from "./grpc-calls.ts";
import { oneAgent } from "./http-agent.ts";
import { inside, isObject } from "./inside.ts";

/**
 * Makes the exports of an OTLP exporter of OpenTelemetry end on demand, and returns what ends them. Their transport is private to the library, hence the
 * look inside; the versions over HTTP are pinned. Where another version is built otherwise, exports end at their timeout as they always did.
 */
export function endable(exporter: object): () => void {
  const delegate = inside(exporter, "_delegate");
  const transport = inside(delegate, "_transport");
  if (!isObject(delegate) || !isTransport(transport)) return () => undefined;
  // Over HTTP there is one around it that tries again.
  const retried = inside(transport, "_transport");
  const ending = isTransport(retried)
    ? new EndingTransport(retried, oneAgent(retried))
    : new EndingTransport(transport, cancellableCalls(transport));
  Reflect.set(delegate, "_transport", ending);
  return () => ending.end();
}

function isTransport(value: unknown): value is IExporterTransport {
  return typeof inside(value, "send") === "function";
}
