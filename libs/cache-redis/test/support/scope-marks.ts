import type { LogRecord } from "@cogniverse/sdk";

type Mark = Readonly<{ hard: number; any: number; digest: string | undefined; other: number }>;

/** What a reader's mirror makes of records: on each scope the last hard one, the last one and the content it named, and the last one that did not name that. */
export class ScopeMarks {
  readonly #marks = new Map<string, Mark>();

  /** In order of position. */
  take(records: readonly LogRecord[]): this {
    for (const record of records) {
      const scope = `${record.tenantId} ${JSON.stringify(record.scope)}`;
      const before = this.#marks.get(scope) ?? { hard: 0, any: 0, digest: undefined, other: 0 };
      const { position, digest } = record;
      const same = digest !== undefined && digest === before.digest;
      const hard = record.mode === "soft" ? before.hard : position;
      const other = same ? before.other : before.any;
      this.#marks.set(scope, { hard, any: position, digest, other });
    }
    return this;
  }

  /** Scopes of which the two do not say the same. */
  differences(others: ScopeMarks): readonly string[] {
    const scopes = new Set([...this.#marks.keys(), ...others.#marks.keys()]);
    return [...scopes].filter((scope) => !isSame(this.#marks.get(scope), others.#marks.get(scope)));
  }

  get size(): number {
    return this.#marks.size;
  }
}

function isSame(a: Mark | undefined, b: Mark | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.hard === b.hard && a.any === b.any && a.digest === b.digest && a.other === b.other;
}
