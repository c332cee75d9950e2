import type { Attributes, Observation, Span, TelemetryPort } from "@cogniverse/sdk";

/** A span as it was when read: `ended` once what it ran has settled. */
export interface RecordedSpan {
  readonly name: string;
  readonly tenantId: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly events: readonly Readonly<{ name: string; attributes: Attributes }>[];
  readonly errors: readonly unknown[];
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
  /** Set it to false to see what is done when nobody looks. */
  recording: boolean;
  readonly spans: readonly RecordedSpan[];
  readonly counters: readonly Measurement[];
  readonly histograms: readonly Measurement[];
  /** Asks every observable instrument of that name, as a collector would. */
  collect(name: string): readonly Readonly<{ value: number; attributes: Attributes }>[];
}

/** Makes a {@link RecordingTelemetry} that records. */
export function recordingTelemetry(): RecordingTelemetry {
  const spans: RecordedSpan[] = [];
  const counters: Measurement[] = [];
  const histograms: Measurement[] = [];
  const observed = new Set<{ readonly name: string; readonly read: Observation }>();
  return {
    recording: true,
    spans,
    counters,
    histograms,
    isRecording() {
      return this.recording;
    },
    span: (name, tenantId, run, attributes = {}) =>
      runInSpan(spans, { name, tenantId, attributes }, run),
    incrementCounter: (name, tenantId, attributes = {}) =>
      void counters.push({ name, tenantId, value: 1, attributes }),
    recordHistogram: (name, tenantId, value, attributes = {}) =>
      void histograms.push({ name, tenantId, value, attributes }),
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

function runInSpan<R>(
  spans: RecordedSpan[],
  about: Readonly<{ name: string; tenantId: string; attributes: Attributes }>,
  run: (span: Span) => R,
): R {
  const events: { name: string; attributes: Attributes }[] = [];
  const recorded = { ...about, attributes: { ...about.attributes }, events, ended: false };
  const errors: unknown[] = [];
  spans.push(Object.assign(recorded, { errors }));
  const end = (): void => void (recorded.ended = true);
  let result: R;
  try {
    result = run({
      setAttributes: (attributes) => void Object.assign(recorded.attributes, attributes),
      addEvent: (name, attributes = {}) => void events.push({ name, attributes }),
      recordError: (error) => void errors.push(error),
    });
  } catch (error) {
    end();
    throw error;
  }
  // Whatever is returned is handed on as it is; a second branch of the promise only notices its end.
  if (result instanceof Promise) result.then(end, end);
  else end();
  return result;
}
