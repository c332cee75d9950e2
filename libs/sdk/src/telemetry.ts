/** Attributes of a span, an event or a measurement. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span that is open while the function it was given to runs. */
export interface Span {
  setAttributes(attributes: Attributes): void;
  addEvent(name: string, attributes?: Attributes): void;
  recordError(error: unknown): void;
}

/** Called by a collector; emits the current value of plain integers. */
export type Observation = (emit: (value: number, attributes: Attributes) => void) => void;

/**
 * Where the cache reports what it does. No method throws, and none is asked to do work unless {@link isRecording} says that
 * somebody looks. Counters that are touched on the hot path are plain integers read through {@link observe}.
 */
export interface TelemetryPort {
  /** True where a span made now would be kept. Asked before anything is allocated for it. */
  isRecording(): boolean;
  /** Runs `run` inside a span that ends when what it returns (also a promise) settles. Returns what `run` returns. */
  span<R>(name: string, tenantId: string, run: (span: Span) => R, attributes?: Attributes): R;
  incrementCounter(name: string, tenantId: string, attributes?: Attributes): void;
  recordHistogram(name: string, tenantId: string, value: number, attributes?: Attributes): void;
  /** Registers an observable counter or gauge; disposing takes it away. */
  observe(name: string, read: Observation): Disposable;
}
