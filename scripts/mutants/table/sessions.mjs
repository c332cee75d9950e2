import { inCore, invalidation } from "./places.mjs";

const tables = inCore("races/table-session");
const localLog = "libs/cache-local/src/log";
const tableLua = "libs/cache-redis/src/sessions/table-lua.ts";

/** @param {string} file */
const inLocal = (file) => (/** @type {string} */ name) => ({
  file: `libs/cache-local/test/log/${file}.test.ts`,
  name,
});

/** @param {string} name */
const inRedis = (name) => ({ file: "libs/cache-redis/test/log/session.test.ts", name });

/** @param {string} name */
const inRedisLoss = (name) => ({ file: "libs/cache-redis/test/log/session-loss.test.ts", name });

/**
 * Who stands in a table of sessions, and when it may end the wait of an acknowledgement.
 *
 * @type {readonly import("../mutant.mjs").Mutant[]}
 */
export const sessions = [
  {
    id: "registered-after-the-read",
    removes: "a node stands in the table before it reads the log by which it serves",
    file: invalidation("table-session"),
    find: "const table = await this.#register(applied, call);\n      const answer = await read();",
    replace:
      "const answer = await read();\n      const table = await this.#register(applied, call);",
    test: tables("race 36: a node that joins is in the table before it reads the log"),
  },
  {
    id: "new-table-counts-at-once",
    removes: "a table shortens nothing before it has been named for D",
    file: invalidation("seen-since"),
    find: 'confirm: cut.table !== "" && lasts(tableThing(cut), leaseMs) ? cut.table : undefined,',
    replace: 'confirm: cut.table !== "" ? cut.table : undefined,',
    test: tables("race 37: who stood in a table that was lost is waited for"),
  },
  {
    id: "who-serves-alone-not-asked",
    removes: "where a node serves without the table only D tells",
    file: invalidation("short-cut"),
    find: 'return cut.table !== "" && cut.alone.every((node) => node.session === session);',
    replace: 'return cut.table !== "" && session !== "";',
    test: tables("a node that cannot reach the table says so in the log, serves on"),
  },
  {
    id: "any-table-will-do",
    removes: "a node serves by the table that the log names, or by none",
    file: invalidation("short-cut"),
    find: 'if (incarnation !== undefined && incarnationOf(cut.table) === incarnation) return "table";',
    replace: 'if (incarnation !== undefined && cut.table !== "") return "table";',
    test: tables("two tables that each half of the nodes takes for the one"),
  },
  {
    id: "read-before-it-is-counted",
    removes: "a session says that it reads before it reads",
    file: `${localLog}/local-session.ts`,
    find: "this.#countRead(this.#ownPosition(from));\n    const delta = this.#parts.log.readNow(from);",
    replace:
      "const delta = this.#parts.log.readNow(from);\n    this.#countRead(this.#ownPosition(from));",
    test: inLocal("session")("has joined and counted a read when it looks at the log"),
  },
  {
    id: "silent-session-dropped-at-once",
    removes: "a session that is silent counts as serving for D",
    file: `${localLog}/roll-call.ts`,
    find: "return now - since >= LEASE_MS;",
    replace: "return now >= since;",
    test: inLocal("settled")("counts as serving until it has counted no read for D"),
  },
  {
    id: "new-directory-counts-at-once",
    removes: "the members of a directory shorten nothing before its log has been known for D",
    file: `${localLog}/local-log.ts`,
    find: "if (this.#isRipe || this.#clock.monotonic() < this.#knownSince + LEASE_MS) return;",
    replace: "if (this.#isRipe) return;",
    test: inLocal("young-log")("leaves it to the lease, in every process"),
  },
  {
    id: "torn-report-believed",
    removes: "a report of which bytes are of two is none",
    file: `${localLog}/seat-form.ts`,
    find: "if (seat.readUInt32LE(CHECK_AT) !== crc32(seat.subarray(0, CHECK_AT))) return undefined;",
    replace: "",
    test: inLocal("seat-form")("of bytes of two reports, in any pieces, no third position is read"),
  },
  {
    id: "renewed-session-dropped",
    removes: "a session is dropped only by who saw its count unchanged",
    file: tableLua,
    find: "if now == tonumber(count) and tonumber(ARGV[2]) >= lease then leave(id) end",
    replace: "if now and tonumber(ARGV[2]) >= lease then leave(id) end",
    test: inRedis("a session that was renewed since is not dropped by who did not see it"),
  },
  {
    id: "session-dropped-after-an-old-lease",
    removes: "a session is dropped only after the greatest D that is known",
    file: tableLua,
    find: "if now == tonumber(count) and tonumber(ARGV[2]) >= lease then leave(id) end",
    replace: "if now == tonumber(count) then leave(id) end",
    test: inRedis("a session is dropped after the greatest D that"),
  },
  {
    id: "lagging-session-not-awaited",
    removes: "an acknowledgement waits for the session that is least far",
    file: tableLua,
    find: "low = math.min(low, its == of and tonumber(position) or -1)",
    replace:
      "if its == of then low = math.max(low == math.huge and 0 or low, tonumber(position)) end",
    test: inRedis("an append is acknowledged once another session says that it has applied it"),
  },
  {
    id: "read-without-standing",
    removes: "registering and reading are one step where table and log are the same server",
    file: "libs/cache-redis/src/log/log-scripts.ts",
    find: "renew(id, '0', 0, count)",
    replace: "",
    test: inRedis("a session stands in the table as soon as its read may have been answered"),
  },
  {
    id: "table-outlives-its-server",
    removes: "where another process answers the table is another one, though the log is kept",
    file: "libs/cache-redis/src/log/log-scripts.ts",
    find: "if lost or renewed then",
    replace: "if lost then",
    test: inRedisLoss(
      "a server that starts again with the whole log: it shortens nothing before D",
    ),
  },
  {
    id: "flushed-table-counts-at-once",
    removes: "an empty table shortens nothing before somebody has known it for D",
    file: "libs/cache-redis/src/sessions/witness.ts",
    find: 'return now - this.#knownAt >= leaseMs ? this.#incarnation : "";',
    replace: "return now >= leaseMs ? this.#incarnation : this.#incarnation;",
    test: inRedisLoss("FLUSHALL: it shortens nothing before D"),
  },
  {
    id: "table-beside-a-log-outlives-its-server",
    removes: "a table that another process answers for is another one",
    file: "libs/cache-redis/src/sessions/table-scripts.ts",
    find: "if not incarnation or known[2] ~= run then",
    replace: "if not incarnation then",
    test: {
      file: "libs/cache-redis/test/sessions/session-table.test.ts",
      name: "a server that starts again with its data has another table",
    },
  },
];
