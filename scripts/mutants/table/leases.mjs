import { inCore, invalidation, manager } from "./places.mjs";

const lease = inCore("races/lease");
const clocks = inCore("races/clocks");
const races = inCore("races/mirror");
const acks = inCore("races/acknowledgements");
const news = inCore("races/announcements");
const coherence = invalidation("coherence");
const handle = manager("tenant-handle");

/**
 * Who may serve, until when, and when an acknowledgement is due.
 *
 * @type {readonly import("../mutant.mjs").Mutant[]}
 */
export const leases = [
  {
    id: "lease-never-ends",
    removes: "without a lease nothing is served",
    file: coherence,
    find: "return clock.monotonic() < this.servesUntil && clock.now() < this.servesUntilWall;",
    replace: "return clock.monotonic() > 0 && this.servesUntil > -Infinity;",
    test: lease("nothing in warm is served after the lease ran out"),
  },
  {
    id: "fast-path-ignores-the-lease",
    removes: "a hit in memory looks at the lease",
    file: handle,
    find: "now >= servesUntil ||",
    replace: "",
    test: lease("nothing in memory is served after the lease ran out"),
  },
  {
    id: "fast-path-ignores-records",
    removes: "a hit in memory compares the head of its check with the tenant's",
    file: handle,
    find: "if (note === undefined || resident.checkedAt !== this.#mirror.version) return undefined;",
    replace: "if (note === undefined) return undefined;",
    test: inCore("races/fast-path")("every kind of record ends it at once"),
  },
  {
    id: "wall-clock-ignored",
    removes: "a lease ends on the wall clock too: a machine that slept",
    file: coherence,
    find: "this.servesUntilWall = log.sharesClock === true ? Infinity : start.wall + span;",
    replace: "this.servesUntilWall = Infinity;",
    test: clocks("runs out while the machine sleeps, though its monotonic clock stands still"),
  },
  {
    id: "monotonic-clock-ignored",
    removes: "a lease ends on the monotonic clock too: a wall clock that was set back",
    file: coherence,
    find: "this.servesUntil = Math.max(this.servesUntil, start.monotonic + span);",
    replace: "this.servesUntil = Number.MAX_VALUE;",
    test: clocks("is not made longer by a wall clock that is set back"),
  },
  {
    id: "clock-jump-not-noticed",
    removes: "lifetimes are looked at anew after the wall clock jumped",
    file: coherence,
    find: "if (this.#clockJump.happened()) this.#options.mirror.recheckAll();",
    replace: "",
    test: clocks("forward: what expired by it is no hit in memory any more"),
  },
  {
    id: "no-margin",
    removes: "a node stops before D is over",
    file: invalidation("lease-span"),
    find: "Math.max(0, 0.98 * leaseMs - 50)",
    replace: "leaseMs",
    test: clocks("ends before D by 2 % and 50 ms"),
  },
  {
    id: "lease-from-the-answer",
    removes: "a lease counts from before the read of the log was sent",
    file: coherence,
    find: "this.servesUntil = Math.max(this.servesUntil, start.monotonic + span);",
    replace: "this.servesUntil = Math.max(this.servesUntil, clock.monotonic() + span);",
    test: lease("the lease counts from before the read of the log was sent"),
  },
  {
    id: "grown-lease-counts-at-once",
    removes: "a D that grew while the log was read does not lengthen that read's lease",
    file: coherence,
    find: "const leaseMs = shorterLeaseMs(start.leaseMs, log.leaseMs);",
    replace: "const { leaseMs } = log;",
    test: lease("a D that grew while the log was read"),
  },
  {
    id: "no-heartbeat",
    removes: "a node reads the log by itself, whatever it is told",
    file: coherence,
    find: "this.#heartbeat = clock.after(span === Infinity ? CLOCK_CHECK_MS : leaseMs / 3, () =>\n      this.#beat(),\n    );",
    replace: "",
    test: races("whose every wake-up is lost hears of records by its heartbeat"),
  },
  {
    id: "acknowledged-before-d",
    removes: "an invalidation is acknowledged once D has passed",
    file: invalidation("settlement"),
    find: "if (nodes === undefined) await atLeast(clock, durableAt + log.leaseMs, signal);",
    replace: "void durableAt;",
    test: acks("invalidate waits exactly D where others may be there"),
  },
  {
    id: "put-acknowledged-at-once",
    removes: "a put is acknowledged like an invalidation",
    file: manager("putter"),
    find: "const told = key.immutable ? 0 : this.#acknowledge(putting, head);",
    replace: "const told = 0;",
    test: acks("put waits exactly D where others may be there"),
  },
  {
    id: "refresh-acknowledged-at-once",
    removes: "a refresh is acknowledged like a put",
    file: manager("filler"),
    find: "await Promise.all([stored, this.#engine.coherence.settled(head)]);",
    replace: "await stored;",
    test: acks("refresh waits exactly D where others may be there"),
  },
  {
    id: "failed-table-says-nobody",
    removes: "a table that fails shortens no acknowledgement",
    file: invalidation("settlement"),
    find: "if (signal?.aborted === true) throw error;\n      return undefined;",
    replace: "if (signal?.aborted === true) throw error;\n      return 0;",
    test: acks("a log whose knowledge of others fails: D settles it"),
  },
  {
    id: "gaps-taken",
    removes: "records apply only where they follow on what is there",
    file: invalidation("applied"),
    find: "if (head.position - records.length > before.position) return undefined;",
    replace: "",
    test: races("appends of several callers and nodes at once are all in the own mirror"),
  },
  {
    id: "late-answer-takes-back",
    removes: "what is not later than the mirror changes nothing",
    file: invalidation("applied"),
    find: "if (head.position <= before.position) return false;",
    replace: "",
    test: races("an answer of the log from before its own record does not take that back"),
  },
  {
    id: "own-record-not-awaited",
    removes: "who invalidates has the record in its own mirror before it is told so",
    file: coherence,
    find: "this.#applied.take(news);\n    await this.#reach(news.head);",
    replace: "",
    test: races("appends of several callers and nodes at once are all in the own mirror"),
  },
  {
    id: "one-read-after-a-replaced-log",
    removes: "a read that began before a record does not stand for the log after it",
    file: coherence,
    find: "if (reads > 1 && this.logId !== head.logId) break;",
    replace: "if (reads > 0 && this.logId !== head.logId) break;",
    test: races("a log that was replaced between an append and a read that began before it"),
  },
  {
    id: "hanging-log-asked-by-all",
    hangs: true,
    removes: "one caller waits for a slow log, and none after it",
    file: coherence,
    find: "if (!(await atMost(clock, readLimitMs, this.#sync()))) this.#isAway = true;",
    replace: "await atMost(clock, readLimitMs, this.#sync());",
    test: lease(
      "a log slower than a caller's patience and faster than the lease is waited for by nobody",
    ),
  },
  {
    id: "unreachable-log-acknowledged",
    removes: "an invalidation fails where the log cannot be reached",
    file: manager("invalidator"),
    find: "const head = await this.#engine.coherence.append(",
    replace:
      "const { coherence } = this.#engine;\n      const append: typeof coherence.append = (...of) => coherence.append(...of).catch(() => undefined);\n      const head = await append(",
    test: inCore("races/stores-without-a-lease")("without a log nothing is stored"),
  },
  {
    id: "cut-off-node-serves",
    removes: "a node that cannot read the log serves no longer than D",
    file: invalidation("lease-span"),
    find: "return leaseMs === 0 ? Infinity : Math.max(0, 0.98 * leaseMs - 50);",
    replace: "return leaseMs < 0 ? 0 : Infinity;",
    test: inCore("races/lost-servers")("race 15: misses announcements, and serves nothing dead"),
  },
  {
    id: "lost-announcement-not-noticed",
    removes: "an announcement is taken only where it follows on what is there",
    file: invalidation("applied"),
    find: "if (head.position - records.length > before.position) return undefined;",
    replace: "",
    test: news("of which one was lost: what came after it is not taken for all there is"),
  },
  {
    id: "announcement-extends-the-lease",
    removes: "only a read of the log extends a lease",
    file: coherence,
    find: "if (news === undefined || !this.#takes(news)) this.#beat();",
    replace:
      "if (news === undefined || !this.#takes(news)) this.#beat();\n    else this.#extend(startReading(this.#options.clock, this.#options.log));",
    test: news("extend no lease: a node that hears them and cannot read the log ends"),
  },
];
