import { describe, expect, test } from "@jest/globals";
import { plainSession, type InvalidationLog, type LogNews } from "@cogniverse/sdk";
import { faultLog, FaultScript, settle } from "@cogniverse/testkit";
import { cut, Deployment, type Node } from "./support/deployment.ts";
import { note } from "./support/one-node.ts";
import { LEASE_MS } from "./support/shared-log.ts";

const key = note({ id: 1 });
const other = note({ id: 2 });

/** A log whose announcements go nowhere until the test brings them to whom it likes, in the order it likes. */
class Announced extends Deployment {
  /** What was announced, in the order of the log. */
  readonly said: LogNews[] = [];
  readonly #wakes: ((news?: LogNews) => void)[] = [];
  /** Whether the log says that a reader is too far behind. */
  forgets = false;
  readonly log: InvalidationLog = {
    ...this.shared.log,
    session: () => ({
      ...plainSession(this.log),
      read: async (from, call) =>
        this.forgets
          ? { type: "reset", head: await this.log.head(call) }
          : this.log.read(from, call),
      announce: (news) => void this.said.push(news),
      watch: (wake) => {
        this.#wakes.push(wake);
        return { [Symbol.dispose]: () => undefined };
      },
    }),
  };

  join(): Node {
    const logFaults = new FaultScript();
    return { ...this.node({ log: faultLog(this.log, logFaults) }), logFaults };
  }

  /** Two nodes that listen, each with the values in memory. */
  async warmed(): Promise<readonly [Node, Node]> {
    const nodes = [this.join(), this.join()] as const;
    for (const { cache } of nodes)
      for (const k of [key, other]) await cache.getOrCompute(k, "acme", () => ({ n: 1 }));
    return nodes;
  }

  /** To the node that was warmed as the n-th. */
  tell(n: number, news: LogNews | undefined): void {
    this.#wakes[n]?.(news);
  }
}

describe("race 16: an announcement that overtakes the write it speaks of", () => {
  test("kills the old copies; the new one is served once it lands", async () => {
    await using world = new Announced();
    const [a, b] = await world.warmed();
    const written = world.warm.faults.pause("putEntry");
    const putting = a.cache.put(key, { n: 2 }, "acme");
    await written.reached;
    world.tell(1, world.said[0]);
    // The shared tier still has the old value, and nobody may take it for the new one.
    const found = await b.cache.get(key, "acme");
    written.release();
    await world.acknowledged(putting);
    expect(found).toBeUndefined();
    for (const node of [a, b]) expect(await node.cache.get(key, "acme")).toEqual({ n: 2 });
  });
});

describe("race 17: announcements", () => {
  test("that come at once are applied without a read of the log", async () => {
    await using world = new Announced();
    const [a, b] = await world.warmed();
    await a.cache.invalidate(key, "acme", { wait: "durable" });
    const asked = b.logFaults.calls.length;
    world.tell(1, world.said[0]);
    expect(await b.cache.get(key, "acme")).toBeUndefined();
    expect(await b.cache.get(other, "acme")).toEqual({ n: 1 });
    expect(b.logFaults.calls.length).toBe(asked);
  });

  test("that come out of order leave no gap: the node reads the log", async () => {
    await using world = new Announced();
    const [a, b] = await world.warmed();
    await a.cache.invalidate(key, "acme", { wait: "durable" });
    await a.cache.invalidate(other, "acme", { wait: "durable" });
    const [first, second] = world.said;
    world.tell(1, second);
    await settle();
    for (const k of [key, other]) expect(await b.cache.get(k, "acme")).toBeUndefined();
    world.tell(1, first);
    await settle();
    for (const k of [key, other]) expect(await b.cache.get(k, "acme")).toBeUndefined();
  });

  test("of which one was lost: what came after it is not taken for all there is", async () => {
    await using world = new Announced();
    const [a, b] = await world.warmed();
    await a.cache.invalidate(key, "acme", { wait: "durable" });
    await a.cache.invalidate(other, "acme", { wait: "durable" });
    world.tell(1, world.said[1]);
    await settle();
    expect(await b.cache.get(key, "acme")).toBeUndefined();
  });

  test("that come twice change nothing the second time", async () => {
    await using world = new Announced();
    const [a, b] = await world.warmed();
    await a.cache.invalidate(key, "acme", { wait: "durable" });
    const [news] = world.said;
    world.tell(1, news);
    await b.cache.getOrCompute(key, "acme", () => ({ n: 2 }));
    world.tell(1, news);
    world.tell(1, undefined);
    await settle();
    expect(await b.cache.get(key, "acme")).toEqual({ n: 2 });
  });

  test("extend no lease: a node that hears them and cannot read the log ends like any other", async () => {
    await using world = new Announced();
    const [a, b] = await world.warmed();
    b.logFaults.fail("*", cut);
    await a.cache.invalidate(other, "acme", { wait: "durable" });
    world.clock.suspend({ wallMs: LEASE_MS, monotonicMs: LEASE_MS });
    world.tell(1, world.said[0]);
    await settle();
    expect(await b.cache.getWithInfo(key, "acme")).toMatchObject({
      causes: { memory: "log-down" },
    });
    expect(await a.cache.get(key, "acme")).toEqual({ n: 1 });
  });

  test("that overtake a snapshot: it does not take the mirror back behind them", async () => {
    await using world = new Announced();
    const [a, b] = await world.warmed();
    const loading = b.logFaults.pause("snapshot", { at: "after" });
    world.forgets = true;
    await world.pass(LEASE_MS / 2);
    await loading.reached;
    world.forgets = false;
    await a.cache.invalidate(key, "acme", { wait: "durable" });
    world.tell(1, world.said[0]);
    loading.release();
    await settle();
    expect(await b.cache.get(key, "acme")).toBeUndefined();
    expect(await b.cache.get(other, "acme")).toEqual({ n: 1 });
  });
});
