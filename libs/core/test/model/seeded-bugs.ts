/** A bug as a change of the source: `search` stands once in `file`, a path from the package's `src`. `rule`: of the protocol that it breaks. */
export interface SeededBug {
  readonly name: string;
  readonly rule: number;
  readonly file: string;
  readonly search: string;
  readonly replace: string;
}

/** Ten ways of getting it wrong, each of which the model checker has to find. */
export const seededBugs: readonly SeededBug[] = [
  {
    name: "the position is taken after the compute",
    rule: 3,
    file: "manager/filler.ts",
    search: "{ logId, asOf, computeMs, ttl: scope.ttl, tags, inherited, user: {} }",
    replace:
      "{ logId, asOf: coherence.position, computeMs, ttl: scope.ttl, tags, inherited, user: {} }",
  },
  {
    name: "a hit in a tier is not checked against the mirror",
    rule: 5,
    file: "manager/tier-reader.ts",
    search: "if (!this.#engine.isDead(tenant.mirror, key.path, metadata)) return undefined;",
    replace: "return undefined;",
  },
  {
    name: "the fastest hit does not ask whether the lease still runs",
    rule: 5,
    file: "manager/tenant-handle.ts",
    search: "now >= servesUntil ||",
    replace: "",
  },
  {
    name: "who joins a flight takes what it brings",
    rule: 6,
    file: "manager/operations.ts",
    search: '(shared.from === "compute" && !late) || this.#mayServe(asked, shared)',
    replace: "true",
  },
  {
    name: "a value is stored without a look at the mirror",
    rule: 7,
    file: "manager/tier-store.ts",
    search:
      "this.#engine.coherence.serves() && !this.#engine.isDead(tenant.mirror, path, metadata)",
    replace: "this.#engine.coherence.serves()",
  },
  {
    name: "a soft record takes back what a hard one killed",
    rule: 2,
    file: "invalidation/mark.ts",
    search: "mark.any = record.position;",
    replace: 'mark.any = record.mode === "soft" ? START : record.position;',
  },
  {
    name: "a put appends no record",
    rule: 14,
    file: "manager/putter.ts",
    search: "if (key.immutable) return known(coherence, since ?? beginning.mirror);",
    replace:
      "if (key.immutable || since === undefined) return known(coherence, since ?? beginning.mirror);",
  },
  {
    name: "an invalidation is acknowledged as soon as it is durable",
    rule: 8,
    file: "invalidation/settlement.ts",
    search: "if (nodes === undefined) await atLeast(clock, durableAt + log.leaseMs, signal);",
    replace: "",
  },
  {
    name: "an announcement is applied across a gap",
    rule: 10,
    file: "invalidation/applied.ts",
    search: "if (head.position - records.length > before.position) return undefined;",
    replace: "",
  },
  {
    name: "a value forgets what it was derived from",
    rule: 18,
    file: "manager/filler.ts",
    search: "scope.stamps.collapsed((stamp) => this.#renewed(fill, stamp))",
    replace: "[]",
  },
];
