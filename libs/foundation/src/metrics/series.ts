import type { Attributes } from "@cogniverse/sdk";

/** Sets of attributes that one instrument tells apart; what the cache itself measures stays far below. */
const LIMIT = 100_000;

/** What stands for all sets beyond the limit, as OpenTelemetry has it. */
const OVERFLOW: Attributes = { "otel.metric.overflow": true };

/** Finds what belongs to a set of attributes, whatever their order. */
export class SeriesIndex<V> {
  readonly #make: (attributes: Attributes) => V;
  readonly #limit: number;
  readonly #byKey = new Map<string, V>();
  readonly #root: Step<V> = { next: new Map(), found: undefined };

  /** `make` is called once for each set of attributes, with attributes that nobody else holds. */
  constructor(make: (attributes: Attributes) => V, limit: number = LIMIT) {
    this.#make = make;
    this.#limit = limit;
  }

  /**
   * What belongs to `attributes`, made where there is none yet. Name by name, value by value through a tree: making one text of them, as
   * OpenTelemetry does, costs ten times as much. Beyond the limit of sets all new ones are one, so that no attribute of an application fills the memory.
   */
  at(attributes: Attributes): V {
    const full = this.#byKey.size >= this.#limit;
    let step = this.#root;
    // No allocation here, as Object.entries would make; attributes are plain objects.
    for (const name in attributes) {
      const value = attributes[name];
      const next = step.next.get(name)?.get(value) ?? (full ? undefined : grow(step, name, value));
      if (next === undefined) return this.#shared(OVERFLOW);
      step = next;
    }
    return (step.found ??= this.#shared(full ? OVERFLOW : attributes));
  }

  get size(): number {
    return this.#byKey.size;
  }

  values(): Iterable<V> {
    return this.#byKey.values();
  }

  /** Orders of the same attributes end at different steps, and share what they find. */
  #shared(attributes: Attributes): V {
    const sorted = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify(sorted);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const made = this.#make(Object.fromEntries(sorted));
    this.#byKey.set(key, made);
    return made;
  }
}

type Value = Attributes[string] | undefined;

interface Step<V> {
  readonly next: Map<string, Map<Value, Step<V>>>;
  found: V | undefined;
}

function grow<V>(from: Step<V>, name: string, value: Value): Step<V> {
  let byValue = from.next.get(name);
  if (byValue === undefined) from.next.set(name, (byValue = new Map()));
  const step: Step<V> = { next: new Map(), found: undefined };
  byValue.set(value, step);
  return step;
}
