import { inCore, invalidation } from "./places.mjs";

const objectStore = "libs/object-store/src/log";

/** @param {string} name */
const objectFaults = (name) => ({ file: "libs/object-store/test/log/faults.test.ts", name });

/**
 * Logs: which one speaks, and how it keeps what it was told.
 *
 * @type {readonly import("../mutant.mjs").Mutant[]}
 */
export const logs = [
  {
    id: "copies-of-another-log-served",
    removes: "a copy of another log is dead",
    file: "libs/core/src/engine/engine.ts",
    find: "return copy.logId !== this.coherence.logId || mirror.kill(path, copy) !== undefined;",
    replace: "return mirror.kill(path, copy) !== undefined;",
    test: inCore("races/replaced-log")("kills every copy, on every tier, within the lease"),
  },
  {
    id: "records-of-another-log-kept",
    removes: "a node forgets the records of a log that was replaced",
    file: invalidation("applied"),
    find: "this.#mirror.reset();",
    replace: "",
    test: inCore("races/replaced-log")("its copies and its records stand in nobody's way"),
  },
  {
    id: "first-log-speaks",
    removes: "the log of the most widely shared tier is the truth",
    file: invalidation("choose-log"),
    find: "(best === undefined || rank(candidate) > rank(best))",
    replace: "best === undefined",
    test: inCore("engine/check-options")("is that of the most widely shared tier"),
  },
  {
    id: "invalidated-in-this-process-alone",
    removes: "a record is durable before it is acknowledged",
    file: invalidation("coherence"),
    find: "appendUnlessTold(this.#options.log, this.logId, records, { ...options, signal }),",
    replace:
      "Promise.resolve(signal).then(() => ({ logId: this.logId, position: toPosition(this.position + records.length) })),",
    test: inCore("races/killed-process")(
      "what was invalidated is still dead, what was not is still there",
    ),
  },
  {
    id: "head-replaced-regardless",
    removes: "the head is replaced only where it is the one that was read",
    file: `${objectStore}/log-objects.ts`,
    find: "const write = { headers: JSON_HEADERS, condition };",
    replace:
      'const write = { headers: JSON_HEADERS, ...(condition.if === "absent" ? { condition } : {}) };',
    test: objectFaults("64 nodes in a storm of refusals leave no gap and lose nothing"),
  },
  {
    id: "own-replacement-not-recognized",
    removes: "a replacement whose answer was lost is found in the head by its id",
    file: `${objectStore}/head-writer.ts`,
    find: "if (batch !== next.batches.at(-1)) return false;",
    replace: "return false;",
    test: objectFaults("a refusal that its own lost first sending caused is no refusal"),
  },
  {
    id: "appends-one-by-one",
    removes: "appends that wait go together",
    file: `${objectStore}/head-writer.ts`,
    find: "members.push(...this.#queue.splice(0));",
    replace: "if (members.length === 0) members.push(...this.#queue.splice(0, 1));",
    test: objectFaults("1,000 concurrent ones of many tenants take at most 20 writes"),
  },
  {
    id: "condition-of-an-append-dropped",
    removes: "the condition of an append holds for the head that it lands on",
    file: `${objectStore}/batch.ts`,
    find: "if (isCovered(one, known) || isCovered(one, added)) return () => undefined;",
    replace: "",
    test: objectFaults("`unless` is decided anew where another node's record came in between"),
  },
  {
    id: "own-lease-not-announced",
    removes: "the log knows the greatest D before a node serves by it",
    file: `${objectStore}/object-log.ts`,
    find: "if (known.head.leaseMs >= this.leaseMs) return known;",
    replace: "return known;",
    test: objectFaults("is in the head before a node's first read counts"),
  },
];
