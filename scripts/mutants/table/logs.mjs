import { inCore, invalidation } from "./places.mjs";

const objectStore = "libs/object-store/src/log";

/** @param {string} name */
const objectFaults = (name) => ({ file: "libs/object-store/test/log/faults.test.ts", name });

/** @param {string} name */
const grouping = (name) => ({ file: "libs/object-store/test/log/grouping.test.ts", name });

/** @param {string} name */
const loss = (name) => ({ file: "libs/cache-redis/test/log/loss.test.ts", name });

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
    test: grouping("64 nodes in a storm of refusals leave no gap and lose nothing"),
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
    test: grouping("1,000 concurrent ones of many tenants take at most 20 writes"),
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
  {
    id: "restored-log-speaks",
    removes: "a head that is older than one that was seen begins a new log",
    file: `${objectStore}/latest-head.ts`,
    find: "if (head.revision < seen.revision) return false;",
    replace: "",
    test: {
      file: "libs/object-store/test/log/restored.test.ts",
      name: "an appender gives no position that it gave before",
    },
  },
  {
    id: "snapshot-takes-back-what-news-brought",
    removes: "a snapshot that announcements overtook does not take the mirror back behind them",
    file: invalidation("applied"),
    find: "if (this.#head !== before && this.covers(head)) return;",
    replace: "",
    test: inCore("races/announcements")(
      "that overtake a snapshot: it does not take the mirror back behind them",
    ),
  },
  {
    id: "records-before-joining-forgotten",
    removes: "a node that joins takes what the log said before",
    file: invalidation("applied"),
    find: "      this.#mirror.apply(record);\n    }\n    this.#head = head;",
    replace: "      void record;\n    }\n    this.#head = head;",
    test: inCore("races/undeletable-copies")(
      "race 21: a node that was down during an invalidation",
    ),
  },
  {
    id: "lost-log-leaves-its-copies",
    removes: "a copy of a log that Redis lost is dead",
    file: "libs/core/src/engine/engine.ts",
    find: "return copy.logId !== this.coherence.logId || mirror.kill(path, copy) !== undefined;",
    replace: "return mirror.kill(path, copy) !== undefined;",
    test: inCore("races/lost-servers")("race 19: what lies on disk is dead with it"),
  },
  {
    id: "redis-speaks-beside-s3",
    removes: "the bucket's log speaks where there is one, whatever Redis loses",
    file: invalidation("choose-log"),
    find: "(best === undefined || rank(candidate) > rank(best))",
    replace: "best === undefined",
    test: inCore("races/lost-servers")("race 19: flushed: nothing dead comes back"),
  },
  {
    id: "older-dump-is-the-same-log",
    removes: "a Redis that may have lost records begins a new log",
    file: "libs/cache-redis/src/log/log-scripts.ts",
    find: "if log and known[4] ~= run then",
    replace: "if log and known[4] == '' then",
    test: loss("a server that starts from an older dump has another log"),
  },
];
