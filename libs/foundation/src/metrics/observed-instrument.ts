import type { Attributes, Metric, Observation } from "@cogniverse/sdk";
import type { Cardinality } from "./cardinality.ts";
import { SeriesSums, type SeriesValue } from "./series.ts";

/** What an instrument needs to know of its surroundings. */
export interface InstrumentSurroundings {
  readonly cardinality: Cardinality;
  /** A read callback threw. Called at every collection at which it does. */
  readonly readFailed: (error: unknown) => void;
}

interface Registration {
  readonly read: Observation;
  /** What it said last. */
  last: SeriesSums;
}

/**
 * All that is counted or observed under one name. OpenTelemetry keeps only the last of several observations of one set of attributes; here
 * they add up: two caches of one process are one sum.
 *
 * A counter never goes back, because Prometheus takes less for a restart and counts all of it again: what a registration said last stays in the sum
 * after it was taken away, or when it throws. A gauge loses what is no longer observed.
 */
export class ObservedInstrument {
  readonly kind: "counter" | "gauge";
  readonly #surroundings: InstrumentSurroundings;
  readonly #registrations = new Set<Registration>();
  /** Increments, and what registrations left behind. */
  readonly #kept = new SeriesSums();

  constructor(metric: Metric, surroundings: InstrumentSurroundings) {
    this.kind = metric.kind === "gauge" ? "gauge" : "counter";
    this.#surroundings = surroundings;
  }

  increment(attributes: Attributes): void {
    this.#kept.add(this.#surroundings.cardinality.bound(attributes), 1);
  }

  register(read: Observation): Disposable {
    const registration: Registration = { read, last: new SeriesSums() };
    this.#registrations.add(registration);
    return { [Symbol.dispose]: () => this.#dispose(registration) };
  }

  /** What a collector is told now: one value for each set of attributes. */
  collect(): Iterable<SeriesValue> {
    const total = new SeriesSums();
    total.addAll(this.#kept);
    for (const registration of this.#registrations) total.addAll(this.#read(registration));
    return total.values();
  }

  #dispose(registration: Registration): void {
    if (!this.#registrations.delete(registration) || this.kind === "gauge") return;
    this.#kept.addAll(this.#read(registration));
  }

  /** All of a registration or, when it throws in the middle, nothing new. */
  #read(registration: Registration): SeriesSums {
    const seen = new SeriesSums();
    try {
      registration.read((value, attributes) => {
        if (!Number.isFinite(value) || (this.kind === "counter" && value < 0)) return;
        seen.add(this.#surroundings.cardinality.bound(attributes), value);
      });
      registration.last = seen;
    } catch (error) {
      if (this.kind === "gauge") registration.last = new SeriesSums();
      this.#surroundings.readFailed(error);
    }
    return registration.last;
  }
}
