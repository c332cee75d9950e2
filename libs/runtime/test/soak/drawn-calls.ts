import type { Random } from "@cogniverse/sdk";
import { READ_KEYS, SCOPES, soakKeys, TENANTS } from "./soak-keys.ts";
import type { SoakWrite } from "./soak-words.ts";

/** A read: `get`, or `getOrCompute`. */
export type DrawnRead = Readonly<{ do: "get" | "compute"; tenant: string; key: string }>;

/** Draws what a node calls next. */
export class DrawnCalls {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  read(): DrawnRead {
    const { tenant, key } = this.#entry();
    const isPut = soakKeys.get(key).made === "put";
    return { do: isPut || this.#random.next() < 0.3 ? "get" : "compute", tenant, key };
  }

  write(): SoakWrite {
    const { tenant, key } = this.#entry();
    const kind = this.#of(WRITES);
    if (kind === "invalidate") {
      const scope =
        this.#random.next() < 0.5 ? ({ kind: "key", value: key } as const) : this.#of(SCOPES);
      return {
        do: "invalidate",
        tenant,
        scope,
        mode: this.#random.next() < 0.75 ? "hard" : "soft",
      };
    }
    // What only puts make is put again and again.
    const isPut = soakKeys.get(key).made === "put";
    return { do: isPut && kind !== "delete" ? "put" : kind, tenant, key };
  }

  /** A rest of so many ms on average. */
  rest(ms: number): number {
    return 2 * ms * this.#random.next();
  }

  #entry(): Readonly<{ tenant: string; key: string }> {
    const [first = "", second = first] = TENANTS;
    return { tenant: this.#random.next() < 0.8 ? first : second, key: this.#of(READ_KEYS) };
  }

  #of<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.#random.next() * values.length)];
    if (value === undefined) throw new RangeError("Nothing to draw from");
    return value;
  }
}

const WRITES = [
  ...Array.from({ length: 7 }, () => "invalidate" as const),
  ...Array.from({ length: 3 }, () => "put" as const),
  "putSince",
  "refresh",
  "delete",
] as const;
