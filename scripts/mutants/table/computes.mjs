import { inCore, manager } from "./places.mjs";

const oneNode = inCore("races/one-node");
const flights = inCore("races/flights");
const derived = inCore("races/derived");
const acrossNodes = inCore("dependencies/across-nodes");
const toldForCertain = inCore("dependencies/told-for-certain");
const flight = "libs/core/src/flight/flight.ts";
const stamps = "libs/core/src/compute/stamps.ts";
const takenLate = {
  removes: "a compute's position is taken before it reads anything",
  file: manager("filler"),
  find: "{ logId, asOf, computeMs, ttl: scope.ttl, tags, inherited, user: {} },",
  replace:
    "{ logId, asOf: coherence.position, computeMs, ttl: scope.ttl, tags, inherited, user: {} },",
};

/**
 * Computes, who shares them, and what they read.
 *
 * @type {readonly import("../mutant.mjs").Mutant[]}
 */
export const computes = [
  {
    id: "position-after-compute",
    ...takenLate,
    test: oneNode("race 1: delete kills what the compute stores"),
  },
  {
    id: "position-after-compute-elsewhere",
    ...takenLate,
    test: inCore("races/nodes")("race 2: delete while another node computes"),
  },
  {
    id: "tags-of-compute-lost",
    removes: "a copy has the tags that its compute named",
    file: manager("filler"),
    find: "const tags = [...new Set([...key.tags, ...scope.tags])];",
    replace: "const tags = [...key.tags];",
    test: oneNode("race 3: a tag is invalidated after the compute names it"),
  },
  {
    id: "one-leaves-all-end",
    removes: "a compute goes on while one caller is left",
    file: flight,
    find: "if (--this.#callers === 0 && signal?.aborted === true)",
    replace: "if (--this.#callers >= 0 && signal?.aborted === true)",
    test: flights("one of three aborts"),
  },
  {
    id: "nobody-left-goes-on",
    removes: "a compute that nobody waits for sees its signal",
    file: flight,
    find: "if (--this.#callers === 0 && signal?.aborted === true)",
    replace: "if (--this.#callers < 0 && signal?.aborted === true)",
    test: flights("all abort: the compute sees its signal"),
  },
  {
    id: "aborted-flight-joined",
    hangs: true,
    removes: "nobody joins a compute that was given up",
    file: manager("operations"),
    find: "if (there === undefined || there.flight.isAborted) {",
    replace: "if (there === undefined) {",
    test: flights("who comes after all have gone does not join what they left"),
  },
  {
    id: "flight-stays-in-the-air",
    removes: "a compute that ended makes room for the next, however it ended",
    file: manager("operations"),
    find: "if (tenant.flights.get(flight.path)?.flight === flight) tenant.flights.delete(flight.path);",
    replace: "",
    test: flights("race 12: a compute makes room for the next one"),
  },
  {
    id: "circles-wait",
    hangs: true,
    removes: "computes that would wait for each other are refused",
    file: flight,
    find: "for (const next of from.waitsFor.keys()) if (reaches(next, to, seen)) return true;",
    replace: "",
    test: flights("in a circle of three: a clear error for the one that would close it"),
  },
  {
    id: "late-joiner-served",
    removes: "who joins after the compute began has its value checked",
    file: manager("operations"),
    find: 'if ((shared.from === "compute" && !late) || this.#mayServe(asked, shared)) {',
    replace: 'if (shared.from === "compute" || this.#mayServe(asked, shared)) {',
    test: flights("after an acknowledged invalidation (delete) never gets its older value"),
  },
  {
    id: "early-joiner-refused",
    removes: "the value of a compute that began after the caller came is returned",
    file: manager("operations"),
    find: 'if ((shared.from === "compute" && !late) || this.#mayServe(asked, shared)) {',
    replace: "if (this.#mayServe(asked, shared)) {",
    test: flights("before its compute began gets its value, whatever was invalidated meanwhile"),
  },
  {
    id: "tags-of-sources-lost",
    removes: "a value inherits the tags of what it was derived from",
    file: stamps,
    find: 'for (const tag of copy.tags) this.add({ scope: { kind: "tag", value: tag }, asOf });',
    replace: "",
    test: derived("a parent dies with its child's tag"),
  },
  {
    id: "sources-of-sources-lost",
    removes: "a value inherits what its sources were derived from",
    file: stamps,
    find: "for (const stamp of copy.inherited) {\n      this.add(stamp);",
    replace: "for (const stamp of copy.inherited) {",
    test: derived("a parent dies with its grandchild's key"),
  },
  {
    id: "sources-not-noted",
    removes: "what a compute reads through the cache is a source of its value",
    file: manager("operations"),
    find: "scope.stamps.addCopy(key.path, provenance);",
    replace: "",
    test: derived("a child invalidated while the parent computes kills the parent"),
  },
  {
    id: "absence-not-noted",
    removes: "a miss that a compute saw is a source of its value",
    file: manager("operations"),
    find: "scope.stamps.addAbsence(key.path, scope.asOf);",
    replace: "",
    test: derived("children that were hits, and misses that were seen, count too"),
  },
  {
    id: "later-position-of-a-source",
    removes: "of a source that was read twice the earlier position stands",
    file: stamps,
    find: "const asOf = a.asOf < b.asOf ? a.asOf : b.asOf;",
    replace: "const asOf = a.asOf < b.asOf ? b.asOf : a.asOf;",
    test: inCore("compute/stamps")("named twice, the earlier position stands"),
  },
  {
    id: "collapsed-without-date",
    removes: "what stands for many sources does not stay dead once one of them was read anew",
    file: stamps,
    find: "if (stamps.length > MAX_STAMPS) stamps = stamps.map(renew);",
    replace: "",
    test: derived("more children than stamps fit: the parent still dies with each of them"),
  },
  {
    id: "unverified-source-stored",
    removes: "a value derived from what was read without a lease is not stored",
    file: manager("operations"),
    find: 'if (scope.tenantId !== tenant.tenantId || provenance.logId === "") scope.storable = false;',
    replace: "if (scope.tenantId !== tenant.tenantId) scope.storable = false;",
    test: derived("a child that was read without a lease makes no parent that is stored"),
  },
  {
    id: "changed-fill-is-silent",
    removes: "a fill with other content than what values were derived from says so in the log",
    file: manager("filler"),
    find: "tenant.sources.changes(key.path, digest, this.#engine.scopes.active > 0) ||",
    replace: "",
    test: derived("to different bytes: everything derived from it dies, on every tier"),
  },
  {
    id: "reader-does-not-look-again",
    removes: "a reader registers its source and then looks whether a fill came in between",
    file: "libs/core/src/compute/source-registry.ts",
    find: "return (this.#filled.get(path) ?? digest) === digest;",
    replace: "return true;",
    test: inCore("compute/source-registry")("whichever comes first, reader or filler"),
  },
  {
    id: "older-finding-replaces-a-put",
    ...takenLate,
    test: inCore("races/failed-computes")(
      "of which the compute finds something older: the put stays, on every tier",
    ),
  },
  {
    id: "position-after-compute-in-another-process",
    ...takenLate,
    test: inCore("races/late-stores")("over Redis -> Redis race 2: what another process deletes"),
  },
  {
    id: "deriver-looks-first",
    removes: "who derives looks into the shared tiers after it has registered",
    file: "libs/core/src/dependencies/source-guard.ts",
    find: 'return metadata.digest === digest ? "same" : "other";',
    replace: 'return metadata.digest === digest ? "same" : "none";',
    test: acrossNodes("the fill has landed before the other registers"),
  },
  {
    id: "filler-does-not-look-again",
    removes: "who fills looks for registrations after it has written",
    file: "libs/core/src/dependencies/source-guard.ts",
    find: "queueMicrotask(() => this.#check(tenant, path, copy));",
    replace: "void copy;",
    test: acrossNodes("the fill is on its way while the other derives"),
  },
  {
    id: "sources-not-registered",
    removes: "what was derived from which content is in the log",
    file: "libs/core/src/dependencies/source-guard.ts",
    find: "if (unknown.length === 0) return true;",
    replace: "if (unknown.length >= 0) return true;",
    test: acrossNodes("to other bytes kills every level on every node and tier"),
  },
  {
    id: "content-told-one-by-one",
    removes: "what is to be told while the log is being told waits for its turn",
    file: "libs/core/src/dependencies/content-teller.ts",
    find: "    this.#keep(tenant, path, copy);\n    if",
    replace: "    if (!this.#isTelling) this.#keep(tenant, path, copy);\n    if",
    test: toldForCertain("of more keys at once than the background takes"),
  },
  {
    id: "content-told-once",
    removes: "what the log did not take is told again",
    file: "libs/core/src/dependencies/content-teller.ts",
    find: "for (const telling of some) this.#putBack(telling);",
    replace: "",
    test: toldForCertain("also where the log does not take it for a while"),
  },
  {
    id: "closed-before-it-has-heard",
    removes:
      "a node that closes reads once more what was derived while its fills were on their way",
    file: "libs/core/src/dependencies/source-guard.ts",
    find: "if (unheard) await this.#engine.coherence.caughtUp().catch(() => undefined);",
    replace: "void unheard;",
    test: toldForCertain("also where the node is closed before it has heard of what was derived"),
  },
  {
    id: "looked-before-the-record",
    removes: "who looked at a source looks again once the log has spoken of it",
    file: "libs/core/src/dependencies/verified-sources.ts",
    find: "return known.logId === logId && known.spokenAt === spokenAt;",
    replace: "return known.logId === logId;",
    test: toldForCertain("once something was said of the source"),
  },
  {
    id: "looked-under-another-log",
    removes: "who looked at a source looks again under another log",
    file: "libs/core/src/dependencies/verified-sources.ts",
    find: "return known.logId === logId && known.spokenAt === spokenAt;",
    replace: "return known.spokenAt === spokenAt;",
    test: toldForCertain("under another log"),
  },
  {
    id: "readers-do-not-hear-of-sources",
    removes: "a node that only reads lets go of content that is nowhere else",
    file: manager("tenant-handle"),
    find: "operations.filler.sources.attend(state);",
    replace: "",
    test: toldForCertain("a node that only reads lets go of content that is nowhere else"),
  },
  {
    id: "circles-of-sources-stored",
    removes: "what was derived from a key is refused as a source of that key",
    file: manager("operations"),
    find: "refuseCircle(scope, key.path, inherited);",
    replace: "void inherited;",
    test: inCore("dependencies/circles")("what was derived from a key is refused as a source"),
  },
];
