import { type InvalidationLog, type LogHead, type LogRecord, toPosition } from "@cogniverse/sdk";
import { fine, problem, type Probe } from "./probe.ts";
import type { ProbeGround } from "./probe-ground.ts";

const REPLACED =
  "see whether something removes or replaces the log's data (eviction, a flush, a restored backup, two servers behind one address)";
const NO_LOG: LogHead = { logId: "doctor-asks-for-no-log", position: toPosition(0) };

type LogView = Readonly<{
  before: LogHead;
  after: LogHead;
  records: readonly LogRecord[];
  snapshotHead: LogHead;
  foreign: "records" | "reset";
}>;

/** Reads the live log and appends nothing: a record of ours would be every node's for ever. */
export const LOG_PROBE: Probe = {
  check: "invalidation log",
  applies: ({ backend }) => backend.log !== undefined,
  async run(ground) {
    const { log } = ground.backend;
    if (log === undefined) return fine("no log");
    const wrong = wrongWith(await look(ground, log));
    if (wrong !== undefined) return problem(wrong, REPLACED);
    const { position } = await ground.call("The log", (call) => log.head(call));
    return fine(`readable up to position ${position}, D = ${log.leaseMs} ms`);
  },
};

async function look(ground: ProbeGround, log: InvalidationLog): Promise<LogView> {
  const ask = <R>(run: () => Promise<R>): Promise<R> => ground.call("The log", run);
  const before = await ask(() => log.head());
  const snapshot = await ask(() => log.snapshot());
  const delta = await ask(() => log.read(before));
  const foreign = await ask(() => log.read(NO_LOG));
  const after = await ask(() => log.head());
  const records = delta.type === "records" ? delta.records : [];
  return { before, after, records, snapshotHead: snapshot.head, foreign: foreign.type };
}

/** What cannot be true of a log that only grows; `undefined` where nothing is. */
function wrongWith(view: LogView): string | undefined {
  const { before, after, records, snapshotHead, foreign } = view;
  if (foreign !== "reset") return "the log gives records for another log's position";
  if (before.logId !== after.logId || before.logId !== snapshotHead.logId)
    return "the log was replaced by another one while it was looked at";
  if (after.position < before.position || snapshotHead.position < before.position)
    return `the log went back, from position ${before.position} to ${Math.min(after.position, snapshotHead.position)}`;
  const gap = records.findIndex((record, at) => record.position !== before.position + 1 + at);
  return gap < 0 ? undefined : `the log has a gap after position ${before.position + gap}`;
}
