import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Observation,
  runInSpan,
  type Span,
  type SpanStart,
  type TelemetryPort,
} from "@cogniverse/sdk";

/** A span as it was when read. */
export interface RecordedSpan {
  readonly name: string;
  readonly tenantId: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly events: readonly Readonly<{ name: string; attributes: Attributes; agoMs: number }>[];
  readonly errors: readonly unknown[];
  /** The span it was started under: named, or active at that moment. */
  readonly parent: RecordedSpan | undefined;
  readonly links: readonly RecordedSpan[];
  readonly agoMs: number;
  readonly always: boolean;
  readonly ended: boolean;
}

/** One increment (value 1) or one recorded value. */
export type Measurement = Readonly<{
  name: string;
  tenantId: string;
  value: number;
  attributes: Attributes;
}>;

/** Telemetry that keeps all it is told. */
export interface RecordingTelemetry extends TelemetryPort {
  /** Whether there is a recording parent. Set it to false to see what is done when nobody looks. */
  recording: boolean;
  /** Whether spans that begin with `always` are kept where {@link recording} is false. Default true. */
  keeping: boolean;
  /** Whether histograms are kept. Default true. */
  measuring: boolean;
  readonly spans: readonly RecordedSpan[];
  readonly counters: readonly Measurement[];
  readonly histograms: readonly Measurement[];
  /** Asks every observable instrument of that name, as a collector would. */
  collect(name: string): readonly Readonly<{ value: number; attributes: Attributes }>[];
}

/** Makes a {@link RecordingTelemetry} that records. */
export function recordingTelemetry(): RecordingTelemetry {
  const recorder = new SpanRecorder();
  const counters: Measurement[] = [];
  const histograms: Measurement[] = [];
  const observed = new Set<{ readonly name: string; readonly read: Observation }>();
  return {
    recording: true,
    keeping: true,
    measuring: true,
    spans: recorder.spans,
    counters,
    histograms,
    isRecording() {
      return this.recording;
    },
    keepsAlways() {
      return this.keeping;
    },
    measures() {
      return this.measuring;
    },
    startSpan(name, tenantId, start = {}) {
      const kept = this.recording || (start.always === true && this.keeping);
      return recorder.start(name, tenantId, start, kept);
    },
    span(name, tenantId, run, attributes = {}) {
      return runInSpan(this.startSpan(name, tenantId, { attributes }), run);
    },
    incrementCounter: (name, tenantId, attributes = {}) =>
      void counters.push({ name, tenantId, value: 1, attributes }),
    recordHistogram(name, tenantId, value, attributes = {}) {
      if (this.measuring) histograms.push({ name, tenantId, value, attributes });
    },
    observe(name, read) {
      const instrument = { name, read };
      observed.add(instrument);
      return { [Symbol.dispose]: () => void observed.delete(instrument) };
    },
    collect(name) {
      const seen: { value: number; attributes: Attributes }[] = [];
      for (const instrument of observed)
        if (instrument.name === name)
          instrument.read((value, attributes) => void seen.push({ value, attributes }));
      return seen;
    },
  };
}

/** Keeps spans in the order in which they were started. */
class SpanRecorder {
  readonly spans: RecordedSpan[] = [];
  readonly #active = new AsyncLocalStorage<RecordedSpan>();
  readonly #recordOf = new WeakMap<Span, RecordedSpan>();

  start(name: string, tenantId: string, start: SpanStart, kept: boolean): Span {
    const { attributes = {}, agoMs = 0, always = false, parent } = start;
    const record = {
      name,
      tenantId,
      attributes: { ...attributes },
      events: [] as { name: string; attributes: Attributes; agoMs: number }[],
      errors: [] as unknown[],
      parent: parent === undefined ? this.#active.getStore() : this.#recordOf.get(parent),
      links: [] as RecordedSpan[],
      agoMs,
      always,
      ended: false,
    };
    if (kept) this.spans.push(record);
    const told = (tell: () => void): void => {
      if (kept && !record.ended) tell();
    };
    const span: Span = {
      isRecording: kept,
      setAttributes: (more) => told(() => Object.assign(record.attributes, more)),
      addEvent: (event, about = {}, ago = 0) =>
        told(() => record.events.push({ name: event, attributes: about, agoMs: ago })),
      recordError: (error) => told(() => record.errors.push(error)),
      link: (other) => told(() => record.links.push(...this.#recordsOf(other))),
      within: (run) => (kept ? this.#active.run(record, run) : run()),
      end: () => void (record.ended = true),
    };
    if (kept) this.#recordOf.set(span, record);
    return span;
  }

  #recordsOf(span: Span): readonly RecordedSpan[] {
    const record = this.#recordOf.get(span);
    return record === undefined ? [] : [record];
  }
}
