import { describe, expect, test } from "@jest/globals";
import type { TenantCache } from "@cogniverse/sdk";
import { faultLog, FaultScript, settle } from "@cogniverse/testkit";
import { cut, Deployment, type Node } from "./support/deployment.ts";
import { note, type Note } from "./support/one-node.ts";
import { LEASE_MS } from "./support/shared-log.ts";
import { namingLog, Table } from "./support/table.ts";

const key = note({ id: 1 });

/** Nodes whose log is in one place and whose table of sessions is in another. */
class Apart extends Deployment {
  readonly log = namingLog();
  readonly table = new Table();

  join(
    table: Table = this.table,
    isAway: () => boolean = () => false,
    logFaults: FaultScript = new FaultScript(),
  ): Node {
    const reach = (): void => {
      if (isAway()) throw new Error("unreachable");
    };
    return this.node({ log: faultLog(this.log, logFaults), sessions: table.from(reach) });
  }

  /** Until the table that the log names is confirmed. */
  async confirm(): Promise<void> {
    await settle();
    await this.pass(2 * LEASE_MS);
  }

  /** Milliseconds until `pending` is done, in steps. */
  async took(pending: Promise<unknown>): Promise<number> {
    const state = { done: false };
    void pending.finally(() => (state.done = true)).catch(() => undefined);
    const since = this.clock.monotonic();
    await settle();
    while (!state.done) await this.pass(10);
    await pending;
    return this.clock.monotonic() - since;
  }
}

const acme = ({ cache }: Node): TenantCache => cache.forTenant("acme");

async function warmed(...nodes: readonly Node[]): Promise<void> {
  for (const node of nodes) await acme(node).getOrCompute<Note>(key, () => ({ n: 1 }));
}

describe("a log with a table of sessions beside it", () => {
  test("acknowledges as soon as every session has the record", async () => {
    await using world = new Apart();
    const [a, b] = [world.join(), world.join()];
    await warmed(a, b);
    await world.confirm();
    expect(await world.took(acme(a).invalidate(key))).toBe(0);
    expect(await acme(b).get(key)).toBeUndefined();
    expect(await acme(b).invalidate(key)).toMatchObject({ nodes: 1 });
  });

  test("waits for a session that heard nothing, until its own read of the log", async () => {
    await using world = new Apart();
    const [a, b] = [world.join(), world.join()];
    await warmed(a, b);
    await world.confirm();
    world.table.isDeaf = true;
    const took = await world.took(acme(a).invalidate(key));
    expect(took).toBeGreaterThan(0);
    expect(took).toBeLessThan(LEASE_MS);
    expect(await acme(b).get(key)).toBeUndefined();
  });

  test("race 36: a node that joins is in the table before it reads the log, so that nothing is acknowledged past it", async () => {
    await using world = new Apart();
    const a = world.join();
    await warmed(a);
    await world.confirm();
    const faults = new FaultScript();
    const b = world.join(world.table, () => false, faults);
    const held = faults.pause("snapshot", { at: "after" });
    const reading = acme(b).get(key);
    await held.reached;
    let isAcknowledged = false;
    const gone = acme(a)
      .invalidate(key)
      .then(() => (isAcknowledged = true));
    await settle();
    expect(isAcknowledged).toBe(false);
    held.release();
    await reading;
    await world.took(gone);
    expect(await acme(b).get(key)).toBeUndefined();
  });

  test("takes D before the table that the log names has been named for D", async () => {
    await using world = new Apart();
    const [a, b] = [world.join(), world.join()];
    await warmed(a, b);
    expect(await world.took(acme(a).invalidate(key))).toBe(LEASE_MS);
    await world.confirm();
    expect(await world.took(acme(a).invalidate(key))).toBe(0);
  });

  test("race 37: a table that was lost shortens nothing for D", async () => {
    await using world = new Apart();
    const [a, b] = [world.join(), world.join()];
    await warmed(a, b);
    await world.confirm();
    await world.took(acme(a).invalidate(key));
    world.table.lose("second");
    expect(await world.took(acme(a).invalidate(key))).toBe(LEASE_MS);
    expect(await acme(b).get(key)).toBeUndefined();
    await world.confirm();
    expect(world.log.cut().table).toMatch(/^second /);
    expect(await world.took(acme(a).invalidate(key))).toBe(0);
    expect(a.logger.lines.map(({ message }) => message)).toEqual([
      expect.stringContaining("only after the lease time"),
      expect.stringContaining("as soon as every node has them"),
    ]);
    expect((await acme(a).stats()).log).toMatchObject({ acknowledged: { sessions: 2, lease: 1 } });
  });

  test("race 37: who stood in a table that was lost is waited for, though it stands in no other", async () => {
    await using world = new Apart();
    let isAway = false;
    const faults = new FaultScript();
    const [a, b] = [world.join(), world.join(world.table, () => isAway, faults)];
    await warmed(a, b);
    await world.confirm();
    // From here on it is heard of nowhere, and serves for as long as its last read of the log lets it.
    isAway = true;
    faults.fail("*", cut);
    world.table.lose("second");
    await world.pass(70);
    expect(world.log.cut().table).toMatch(/^second /);
    expect(await acme(b).get(key)).toEqual({ n: 1 });
    expect(await world.took(acme(a).invalidate(key))).toBe(LEASE_MS);
    expect(await acme(b).get(key)).toBeUndefined();
  });

  test("a node that cannot reach the table says so in the log, serves on, and no acknowledgement goes past it", async () => {
    await using world = new Apart();
    let isAway = false;
    const [a, b] = [world.join(), world.join(world.table, () => isAway)];
    await warmed(a, b);
    await world.confirm();
    isAway = true;
    await world.pass(2 * LEASE_MS);
    expect(world.log.cut().alone).toHaveLength(1);
    // A table drops who was silent for D.
    world.table.sessions.clear();
    await world.pass(LEASE_MS);
    expect(await acme(b).get(key)).toEqual({ n: 1 });
    expect(await world.took(acme(a).invalidate(key))).toBe(LEASE_MS);
    expect(await acme(b).get(key)).toBeUndefined();
    isAway = false;
    await world.confirm();
    expect(world.log.cut().alone).toEqual([]);
    expect(await world.took(acme(a).invalidate(key))).toBe(0);
  });

  test("a node that lost the table a moment ago is waited for: its session stands there", async () => {
    await using world = new Apart();
    let isAway = false;
    const [a, b] = [world.join(), world.join(world.table, () => isAway)];
    await warmed(a, b);
    await world.confirm();
    isAway = true;
    expect(await world.took(acme(a).invalidate(key))).toBe(LEASE_MS);
    expect(await acme(b).get(key)).toBeUndefined();
  });

  test("a node that died while it served alone is forgotten, and then slows nobody", async () => {
    await using world = new Apart();
    const faults = new FaultScript();
    const [a, b] = [world.join(), world.join(world.table, () => true, faults)];
    await warmed(a, b);
    faults.fail("*", cut);
    expect(await world.took(acme(a).invalidate(key))).toBe(LEASE_MS);
    await world.pass(2 * LEASE_MS);
    expect(world.log.cut().alone).toHaveLength(1);
    await world.pass(3 * LEASE_MS);
    expect(world.log.cut().alone).toEqual([]);
    expect(await world.took(acme(a).invalidate(key))).toBe(0);
  });

  test("a node that is doubted and runs takes it back, and is never forgotten while it serves", async () => {
    await using world = new Apart();
    const [a, b] = [world.join(), world.join(world.table, () => true)];
    await warmed(a, b);
    const since = world.log.said.length;
    for (let ms = 0; ms < 12 * LEASE_MS; ms += 70) {
      await world.pass(70);
      expect(await acme(b).get(key)).toEqual({ n: 1 });
    }
    const said = world.log.said.slice(since);
    expect(said.some(({ alone }) => alone.some(({ leaving }) => leaving))).toBe(true);
    expect(said.every(({ alone }) => alone.length === 1)).toBe(true);
  });

  test("two tables that each half of the nodes takes for the one: nobody serves what was acknowledged as gone", async () => {
    await using world = new Apart();
    const other = new Table();
    other.incarnation = "forked";
    const [a, b] = [world.join(), world.join(other)];
    await warmed(a, b);
    for (let n = 2; n < 12; n++) {
      const [writer, reader] = n % 2 === 0 ? [a, b] : [b, a];
      await world.pass(n * 37);
      await world.took(acme(writer).invalidate(key));
      for (const node of [reader, writer]) expect(await acme(node).get(key)).toBeUndefined();
      expect(await acme(reader).getOrCompute<Note>(key, () => ({ n }))).toEqual({ n });
      expect(await acme(writer).getOrCompute<Note>(key, () => ({ n }))).toEqual({ n });
    }
  });
});
