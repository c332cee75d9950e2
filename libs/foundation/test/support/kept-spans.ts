import type { TelemetryPort } from "@cogniverse/sdk";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { resolveTelemetryConfig } from "../../src/node/config/resolve-config.ts";
import { openInference } from "../../src/node/openinference.ts";
import type { TelemetryConfig } from "../../src/node/telemetry-config.ts";
import { registerGlobally } from "../../src/node/traces/global-provider.ts";
import { OpenSpans } from "../../src/node/traces/open-spans.ts";
import { TraceProviders } from "../../src/node/traces/trace-providers.ts";
import { openTelemetry, type OpenTelemetryOptions } from "../../src/open-telemetry.ts";

/** A port over the real SDK whose spans stay in memory, registered with the API until disposed. */
export class KeptSpans implements Disposable {
  readonly port: TelemetryPort;
  readonly providers: TraceProviders;
  readonly #exporter = new InMemorySpanExporter();
  readonly #unregister: (() => void) | undefined;

  constructor(
    config: TelemetryConfig = {},
    options: OpenTelemetryOptions = {},
    processor?: SpanProcessor,
  ) {
    const resolved = resolveTelemetryConfig({ project: "test", ...config }, {});
    const { keys, values, sampling, tenancy } = resolved;
    const open = new OpenSpans();
    this.providers = new TraceProviders(resolved, [
      open,
      processor ?? new SimpleSpanProcessor(this.#exporter),
    ]);
    this.#unregister = registerGlobally(this.providers, open);
    this.port = openTelemetry({
      visibility: keys.visibility,
      secret: keys.secret,
      values,
      hits: sampling.hits,
      enrichment: openInference(tenancy === "project"),
      spans: {
        gate: open,
        mayAppear: false,
        apart: tenancy === "project",
        isLive: () => true,
        tracerFor: (tenantId) => this.providers.tracer(tenantId, "test"),
      },
      ...options,
    });
  }

  get spans(): readonly ReadableSpan[] {
    return this.#exporter.getFinishedSpans();
  }

  /** The only one of that name. */
  span(name: string): ReadableSpan {
    const [span, another] = this.spans.filter((each) => each.name === name);
    if (span === undefined || another !== undefined)
      throw new Error(`expected one span ${name} among ${this.spans.map((s) => s.name).join()}`);
    return span;
  }

  [Symbol.dispose](): void {
    this.#unregister?.();
  }
}

/** Its project in Phoenix. */
export function projectOfSpan(span: ReadableSpan): unknown {
  return span.resource.attributes["openinference.project.name"];
}

/** Everything of a span that leaves the process, as one text. */
export function exportedText({ name, attributes, events, status, links }: ReadableSpan): string {
  return JSON.stringify({ name, attributes, events, status, links });
}
