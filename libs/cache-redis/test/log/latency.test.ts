import { describe, expect, test } from "@jest/globals";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { serverSuite, startRedis } from "@cogniverse/test-servers";
import type { Measured } from "../support/acknowledging-node.ts";
import { recordOf } from "../support/log-reader.ts";
import { bareClient, Tiers } from "../support/tiers.ts";

const LEASE_MS = 2000;
const NODES = 4;

class Nodes implements AsyncDisposable {
  readonly #processes: readonly ChildProcess[];

  constructor(url: string, prefix: string) {
    const script = fileURLToPath(new URL("../support/acknowledging-node.ts", import.meta.url));
    const execArgv = ["--conditions=@cogniverse/source"];
    this.#processes = Array.from({ length: NODES }, () =>
      fork(script, [url, prefix, String(LEASE_MS)], { execArgv }),
    );
  }

  /** All have read the log. */
  async ready(): Promise<void> {
    await Promise.all(this.#processes.map((one) => once(one, "message")));
  }

  /** At `nodes` of them at once. */
  async measure(nodes: number, count: number): Promise<Measured> {
    const all = await Promise.all(
      this.#processes.slice(0, nodes).map(async (one) => {
        one.send(count);
        // The node sends nothing else.
        const [measured] = (await once(one, "message")) as [Measured];
        return measured;
      }),
    );
    return {
      appendMs: all.flatMap(({ appendMs }) => appendMs),
      settledMs: all.flatMap(({ settledMs }) => settledMs),
      others: all.flatMap(({ others }) => others),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.#processes.map((one) => once(one, "exit"));
    for (const one of this.#processes) one.disconnect();
    await Promise.all(ended);
  }
}

serverSuite(["redis"], describe)("how long an acknowledgement takes", () => {
  test("over four processes far less than D, by one of them and by all at once", async () => {
    await using server = await startRedis();
    await using nodes = new Nodes(server.url, "speed:");
    await nodes.ready();
    // Until the table counts.
    while ((await nodes.measure(1, 1)).others[0] !== NODES - 1) continue;
    await nodes.measure(NODES, 20);
    for (const at of [1, NODES]) {
      const { appendMs, settledMs, others } = await nodes.measure(at, 100);
      expect(new Set(others)).toEqual(new Set([NODES - 1]));
      expect(median(settledMs)).toBeLessThan(LEASE_MS / 10);
      print(`${at} of ${NODES} processes invalidate`, { append: appendMs, settled: settledMs });
    }
  }, 120_000);

  test("a table of a hundred sessions costs little more than one of two", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url }, { networkLeaseMs: LEASE_MS });
    await using client = bareClient(server.url);
    const { log } = await tiers.open();
    const sessions = Array.from({ length: 100 }, () => log.session?.());
    const timed = async (
      count: number,
    ): Promise<Readonly<{ read: number; applied: number; append: number }>> => {
      const used = sessions.slice(0, count);
      for (const session of used) await session?.snapshot();
      const micros = async (work: (n: number) => Promise<unknown>): Promise<number> => {
        for (let n = 0; n < 20; n++) await work(n);
        await client.config("RESETSTAT");
        for (let n = 0; n < 200; n++) await work(n);
        const stats = await client.info("commandstats");
        return Number(/cmdstat_evalsha:.*?usec_per_call=([\d.]+)/.exec(stats)?.[1]);
      };
      const append = await micros(() => log.append([recordOf("k")]));
      const head = await log.head();
      const of = (n: number) => used[n % used.length];
      const read = await micros(async (n) => of(n)?.read(head));
      const applied = await micros(async (n) => of(n)?.settled(head));
      return { read, applied, append };
    };
    const [few, many] = [await timed(2), await timed(100)];
    print("microseconds of the server for 2 sessions", few);
    print("microseconds of the server for 100 sessions", many);
    // A server of one core then serves the heartbeats of a hundred nodes in a thousandth of its time.
    expect(many.read).toBeLessThan(1000);
    for (const session of sessions) await session?.[Symbol.asyncDispose]();
  }, 120_000);
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(what: string, figures: Readonly<Record<string, number | readonly number[]>>): void {
  const texts = Object.entries(figures).map(([name, figure]) =>
    typeof figure === "number"
      ? `${name} ${figure.toFixed(0)}`
      : `${name} p50 ${median(figure).toFixed(2)} ms`,
  );
  process.stdout.write(`${what}: ${texts.join(", ")}\n`);
}
