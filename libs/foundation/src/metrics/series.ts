import type { Attributes } from "@cogniverse/sdk";

/** Finds what belongs to a set of attributes, whatever their order. */
export class SeriesIndex<V> {
  readonly #make: (attributes: Attributes) => V;
  readonly #byKey = new Map<string, V>();
  readonly #root: Step<V> = { next: new Map(), found: undefined };

  /** `make` is called once for each set of attributes, with attributes that nobody else holds. */
  constructor(make: (attributes: Attributes) => V) {
    this.#make = make;
  }

  /**
   * What belongs to `attributes`, made where there is none yet. Name by name, value by value through a tree: making one text of them, as
   * OpenTelemetry does, costs ten times as much. The tree is as bounded as the values are.
   */
  at(attributes: Attributes): V {
    let step = this.#root;
    // No allocation here, as Object.entries would make; attributes are plain objects.
    for (const name in attributes) step = follow(step, name, attributes[name]);
    return (step.found ??= this.#shared(attributes));
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

function follow<V>(from: Step<V>, name: string, value: Value): Step<V> {
  let byValue = from.next.get(name);
  if (byValue === undefined) from.next.set(name, (byValue = new Map()));
  let step = byValue.get(value);
  if (step === undefined) byValue.set(value, (step = { next: new Map(), found: undefined }));
  return step;
}
