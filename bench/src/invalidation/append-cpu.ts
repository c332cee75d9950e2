import type { Redis } from "ioredis";
import type { TimedTask } from "../latencies.ts";
import type { Figure } from "../workload.ts";

const TIMES = 2_000;

/** CPU that one of these takes, in this process with all its threads and in the server: what a busy machine does not stretch. */
export async function* cpuOf(
  { name, run }: TimedTask,
  bare: Redis,
  signal: AbortSignal,
): AsyncGenerator<Figure> {
  for (let at = 0; at < TIMES / 10; at++) await run(at);
  const serverAt = await serverMs(bare);
  const ownAt = process.cpuUsage();
  for (let at = 0; at < TIMES; at++) {
    signal.throwIfAborted();
    await run(at);
  }
  const { user, system } = process.cpuUsage(ownAt);
  const inServer = ((await serverMs(bare)) - serverAt) * 1000;
  yield { name: `${name}: CPU of the caller`, value: (user + system) / TIMES, unit: "us" };
  yield { name: `${name}: CPU of Redis`, value: inServer / TIMES, unit: "us" };
}

async function serverMs(bare: Redis): Promise<number> {
  const info = await bare.info("cpu");
  const [user, system] = ["user", "sys"].map((kind) =>
    Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)?.[1]),
  );
  return ((user ?? 0) + (system ?? 0)) * 1000;
}
