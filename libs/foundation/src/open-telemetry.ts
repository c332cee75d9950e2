import {
  type Attributes,
  type Logger,
  NO_SPAN,
  type Options,
  runInSpan,
  type Span,
  type SpanStart,
  type TelemetryPort,
} from "@cogniverse/sdk";
import type { KeyVisibility } from "./masking/key-visibility.ts";
import { Masking } from "./masking/masking.ts";
import { type MetricsPort, openMetrics } from "./metrics/open-metrics.ts";
import type { RecordingGate } from "./tracing/recording-gate.ts";
import { machineTime, type TimeSource } from "./tracing/span-clock.ts";
import { noEnrichment, type SpanEnrichment } from "./tracing/span-enrichment.ts";
import { isApplications, isTop, isUnderKept, SpanMaker } from "./tracing/span-maker.ts";
import { globalSpans, type SpanSource } from "./tracing/span-source.ts";

/** Options of {@link openTelemetry}, each with its default. */
export type OpenTelemetryOptions = Options<{
  /** What of keys leaves. Default `hmac`. */
  visibility: KeyVisibility;
  /** Keys the HMAC. Default: a random one of this port, so that keys cannot be compared between processes. */
  secret: string;
  /** True: what goes in and out of an application's spans is passed on. Default false. */
  values: boolean;
  /** Share of hits kept under a recording parent, 0 to 1, by trace. Default 1. */
  hits: number;
  /** Texts that no error may show: the credentials of this process. Default none. */
  secrets: readonly string[];
  /** Told once how keys are masked. Default: nobody. */
  logger: Pick<Logger, "info">;
  /** Where spans are made. Default: the tracer provider registered with the API, also if that happens later. */
  spans: SpanSource;
  /** Where metrics go. Default: the meter provider registered with the API. */
  metrics: MetricsPort;
  /** Default: none. */
  enrichment: SpanEnrichment;
  /** Default: the machine's clocks. */
  time: TimeSource;
}>;

/**
 * A telemetry port over the OpenTelemetry API: it uses whatever SDK the process registers, now or later, and costs next to nothing
 * while there is none. Nothing that an SDK, a sampler, a context manager or an exporter throws reaches the caller.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): TelemetryPort {
  return new ApiPort(options);
}

/** Of hits that find the gate closed, so many go by before one looks whether an SDK has appeared. One less than a power of two. */
const UNASKED = 31;

class ApiPort implements TelemetryPort {
  readonly #gate: RecordingGate;
  readonly #source: SpanSource;
  readonly #metrics: MetricsPort;
  readonly #spans: SpanMaker;
  /** Hits that found the gate closed. */
  #unasked = 0;

  constructor(options: OpenTelemetryOptions) {
    const { enrichment = noEnrichment, time = machineTime, hits = 1 } = options;
    const masking = new Masking({
      visibility: options.visibility ?? "hmac",
      secret: options.secret,
      values: options.values ?? false,
      secrets: options.secrets ?? [],
      info: (message, fields) => options.logger?.info(message, fields),
    });
    this.#source = options.spans ?? globalSpans();
    this.#gate = this.#source.gate;
    this.#metrics = options.metrics ?? openMetrics();
    this.#spans = new SpanMaker({
      source: this.#source,
      tools: { masking, enrichment },
      time,
      hits,
    });
  }

  isRecording(): boolean {
    if (this.#gate.isOpen) return this.#source.isLive() && isUnderKept();
    return this.#source.mayAppear && (this.#unasked++ & UNASKED) === 0 && this.#appears();
  }

  /** Asking whether it is live opens the gate. */
  #appears(): boolean {
    return this.#source.isLive() && this.#gate.isOpen && isUnderKept();
  }

  keepsAlways(): boolean {
    return this.#source.isLive();
  }

  startSpan(name: string, tenantId: string, start: SpanStart = {}): Span {
    return this.#spans.start(name, tenantId, start);
  }

  span<R>(name: string, tenantId: string, run: (span: Span) => R, attributes: Attributes = {}): R {
    const always = isApplications(attributes) && this.#source.isLive() && isTop();
    const span = this.#spans.start(name, tenantId, { attributes, always });
    return span === NO_SPAN ? run(span) : runInSpan(span, run);
  }

  incrementCounter(name: string, tenantId: string, attributes?: Attributes): void {
    this.#metrics.incrementCounter(name, tenantId, attributes);
  }

  measures(): boolean {
    return this.#metrics.measures();
  }

  recordHistogram(name: string, tenantId: string, value: number, attributes?: Attributes): void {
    this.#metrics.recordHistogram(name, tenantId, value, attributes);
  }

  observe(name: string, read: Parameters<TelemetryPort["observe"]>[1]): Disposable {
    if (!this.#source.mayAppear) return this.#metrics.observe(name, read);
    return this.#metrics.observe(name, (emit) => {
      this.#source.isLive();
      read(emit);
    });
  }
}
