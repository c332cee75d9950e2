/** Attributes of a span, an event or a measurement. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span from its start to its end. No method throws; after the end all of them do nothing. */
export interface Span {
  /** False where it will not be kept: nobody need work for what it would be told. */
  readonly isRecording: boolean;
  setAttributes(attributes: Attributes): void;
  /** `agoMs`: how long ago it happened, in milliseconds with fractions. Default 0. */
  addEvent(name: string, attributes?: Attributes, agoMs?: number): void;
  /** Status error, and what was thrown. Whoever records it never passes on a secret or a cached value. */
  recordError(error: unknown): void;
  /** This span has to do with `other`, which is not its parent: it shared its compute. */
  link(other: Span): void;
  /** Runs with this span as the active one: what is started inside, also later, becomes its child. */
  within<R>(run: () => R): R;
  end(): void;
}

/** How a span begins. */
export type SpanStart = Readonly<{
  attributes?: Attributes;
  /** It began so long ago, in milliseconds with fractions: what a span is worth is often known only later. Default 0. */
  agoMs?: number;
  /** Left out: the active span, where that belongs to the same tenant. */
  parent?: Span;
  /** Keep it although nothing above it records: a miss, an error, a slow read. Default: only under a recording parent. */
  always?: boolean;
}>;

/** Called by a collector; emits the current value of plain integers. */
export type Observation = (emit: (value: number, attributes: Attributes) => void) => void;

/**
 * Where the cache reports what it does. No method throws, and none is asked to do work unless {@link isRecording} says that
 * somebody looks. Counters that are touched on the hot path are plain integers read through {@link observe}. Attributes carry keys and tenants as
 * they are: what of them leaves the process is the port's business.
 */
export interface TelemetryPort {
  /** True where a span made now would be kept for the sake of the active one. Asked on every hit: a few nanoseconds, no allocation. */
  isRecording(): boolean;
  /** True where a span that begins with `always` would be kept. */
  keepsAlways(): boolean;
  /** Starts a span, which its caller ends. */
  startSpan(name: string, tenantId: string, start?: SpanStart): Span;
  /** Runs `run` inside a span that ends when what it returns (also a promise) settles, with an error recorded. Returns what `run` returns. */
  span<R>(name: string, tenantId: string, run: (span: Span) => R, attributes?: Attributes): R;
  incrementCounter(name: string, tenantId: string, attributes?: Attributes): void;
  /** True where {@link recordHistogram} reaches a collector: nobody need look at a clock otherwise. */
  measures(): boolean;
  recordHistogram(name: string, tenantId: string, value: number, attributes?: Attributes): void;
  /** Registers an observable counter or gauge of the catalogue `METRICS`; disposing takes it away. Several of one name add up where their attributes are the same. */
  observe(name: string, read: Observation): Disposable;
}
