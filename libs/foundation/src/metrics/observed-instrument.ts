import type { Attributes, Metric, Observation } from "@cogniverse/sdk";
import type { Cardinality } from "./cardinality.ts";
import { SeriesIndex } from "./series.ts";

/** What an instrument needs to know of its surroundings. */
export interface InstrumentSurroundings {
  readonly cardinality: Cardinality;
  /** A read callback threw. Called at every collection at which it does. */
  readonly readFailed: (error: unknown) => void;
}

/** One set of attributes. */
export interface Series {
  readonly attributes: Attributes;
  /** Increments, and what registrations left behind. */
  kept: number;
}

type Values = Map<Series, number>;

interface Registration {
  readonly read: Observation;
  /** What it said last. */
  last: Values;
}

/**
 * All that is counted or observed under one name. OpenTelemetry keeps only the last of several observations of one set of attributes; here
 * they add up, or the greatest stands for all where the catalogue says so: two caches of one process are one series.
 *
 * A counter never goes back, because Prometheus takes less for a restart and counts all of it again: what a registration said last stays in the sum
 * after it was taken away, or when it throws. A gauge loses what is no longer observed.
 */
export class ObservedInstrument {
  readonly kind: "counter" | "gauge";
  readonly #join: (a: number, b: number) => number;
  readonly #surroundings: InstrumentSurroundings;
  readonly #registrations = new Set<Registration>();
  readonly #series = new SeriesIndex<Series>((attributes) => ({ attributes, kept: 0 }));

  constructor(metric: Metric, surroundings: InstrumentSurroundings) {
    this.kind = metric.kind === "gauge" ? "gauge" : "counter";
    this.#join = metric.together === "greatest" ? Math.max : (a, b) => a + b;
    this.#surroundings = surroundings;
  }

  increment(attributes: Attributes): void {
    this.#at(attributes).kept++;
  }

  register(read: Observation): Disposable {
    const registration: Registration = { read, last: new Map() };
    this.#registrations.add(registration);
    return { [Symbol.dispose]: () => this.#dispose(registration) };
  }

  /** What a collector is told now: one value for each set of attributes. */
  collect(): Iterable<readonly [Series, number]> {
    const total: Values = new Map();
    for (const series of this.#series.values()) if (series.kept > 0) total.set(series, series.kept);
    for (const registration of this.#registrations)
      for (const [series, value] of this.#read(registration)) this.#add(total, series, value);
    return total;
  }

  #at(attributes: Attributes): Series {
    return this.#series.at(this.#surroundings.cardinality.bound(attributes));
  }

  #dispose(registration: Registration): void {
    if (!this.#registrations.delete(registration) || this.kind === "gauge") return;
    for (const [series, value] of this.#read(registration)) series.kept += value;
  }

  /** All of a registration or, when it throws in the middle, nothing new. */
  #read(registration: Registration): Values {
    const seen: Values = new Map();
    try {
      registration.read((value, attributes) => {
        if (!Number.isFinite(value) || (this.kind === "counter" && value < 0)) return;
        this.#add(seen, this.#at(attributes), value);
      });
      registration.last = seen;
    } catch (error) {
      if (this.kind === "gauge") registration.last = new Map();
      this.#surroundings.readFailed(error);
    }
    return registration.last;
  }

  #add(values: Values, series: Series, value: number): void {
    const there = values.get(series);
    values.set(series, there === undefined ? value : this.#join(there, value));
  }
}
