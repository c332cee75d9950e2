import { redisBackend } from "../../src/index.ts";
import { systemContext } from "./context.ts";
import { appended, LogReader } from "./log-reader.ts";

/**
 * A process that reads the log as a node does. Arguments: url, key prefix, D in ms. Told a number, it appends so many records one after the other,
 * waits for each to be acknowledged, and answers how long each took, and how many others each was acknowledged by.
 */
const [, , url = "", prefix = "", leaseMs = ""] = process.argv;
const context = systemContext({ networkLeaseMs: Number(leaseMs) });
const backend = await redisBackend({ url, key_prefix: prefix }, context);
const reader = (await LogReader.of(backend)).follow();
const heartbeat = setInterval(() => void reader.beat().catch(() => undefined), Number(leaseMs) / 3);

/** What was measured. */
export type Measured = Readonly<{ appendMs: number[]; settledMs: number[]; others: number[] }>;

async function measure(count: number): Promise<Measured> {
  const measured: Measured = { appendMs: [], settledMs: [], others: [] };
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    const head = await appended(backend.log, `${process.pid}/${n}`);
    measured.appendMs.push(performance.now() - start);
    measured.others.push((await reader.session.settled(head)) ?? -1);
    measured.settledMs.push(performance.now() - start);
  }
  return measured;
}

process.on("message", (count: number) => {
  void measure(count).then((measured) => process.send?.(measured));
});
process.on("disconnect", () => {
  clearInterval(heartbeat);
  void reader[Symbol.asyncDispose]().then(() => backend[Symbol.asyncDispose]());
});
process.send?.("ready");
