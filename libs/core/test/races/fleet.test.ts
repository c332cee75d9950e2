import { describe, expect, jest, test } from "@jest/globals";
import type { Scope } from "@cogniverse/sdk";
import { serverSuite } from "@cogniverse/test-servers";
import { ChildNode } from "./processes/child-node.ts";
import { Directory } from "./processes/directory.ts";
import { onDisk, type NodeSpec } from "./processes/node-process.ts";
import { deployments, type SharedTiers } from "./processes/shared-tiers.ts";

/** Long enough that a heartbeat gets through on a busy machine, short enough that every round may wait for it. */
const LEASE_MS = 1500;
const LANES = 100;
const ROUNDS = 5;
const key = "films/clip/answer";
/** What a node computes that should have found the value of the round. */
const ANEW = 255;

const scopes: readonly Scope[] = [
  { kind: "key", value: key },
  { kind: "prefix", value: "films/clip/" },
  { kind: "glob", value: "films/*/answer" },
  { kind: "tenant" },
];

/** Three nodes, each with memory and a disk of its own, over the same shared tiers. */
class Fleet implements AsyncDisposable {
  readonly nodes: readonly ChildNode[];
  readonly #own: readonly AsyncDisposable[];

  private constructor(nodes: readonly ChildNode[], own: readonly AsyncDisposable[]) {
    this.nodes = nodes;
    this.#own = [...nodes, ...own];
  }

  static async start(shared: SharedTiers): Promise<Fleet> {
    const directories = await Promise.all([1, 2, 3].map(() => Directory.make()));
    const specs = directories.map(({ path }): NodeSpec => ({
      tiers: [{ backend: "memory" }, ...shared.hot, onDisk(path), ...shared.cold],
      leaseMs: LEASE_MS,
    }));
    const nodes = await Promise.all(specs.map((spec) => ChildNode.start(spec)));
    return new Fleet(nodes, directories);
  }

  /** The three, beginning with another one each round. */
  inTurn(round: number): readonly [ChildNode, ChildNode, ChildNode] {
    const [a, b, c] = [0, 1, 2].map((i) => this.nodes[(i + round) % 3]);
    if (a === undefined || b === undefined || c === undefined)
      throw new Error("three were started");
    return [a, b, c];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#own) await one[Symbol.asyncDispose]();
  }
}

/** Resolves how many reads were served from another node's compute. */
async function lane(tenant: string, fleet: Fleet): Promise<number> {
  let served = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const [maker, reader, invalidator] = fleet.inTurn(round);
    const ask = { do: "getOrCompute", tenant, key, bytes: 256 } as const;
    expect([round, ANEW]).toContain(await maker.ask({ ...ask, fill: round }));
    for (const node of [reader, invalidator]) {
      const found = await node.ask({ ...ask, fill: ANEW });
      // A node that lost its lease computes; that is slow and right. What is older than the round is wrong.
      expect([round, ANEW]).toContain(found);
      if (found === round) served++;
    }
    const scope = scopes[round % scopes.length] ?? { kind: "tenant" };
    const said = invalidator.ask({ do: "invalidate", tenant, scope });
    reader.ask({ do: "get", tenant, key }).catch(() => undefined); // began before: either answer is right
    await said;
    for (const node of [maker, reader, invalidator])
      expect(await node.ask({ do: "get", tenant, key })).toBeUndefined();
  }
  return served;
}

jest.setTimeout(180_000);

for (const { name, needs, open } of deployments)
  serverSuite(needs, describe)(`three processes over ${name}`, () => {
    test("what one invalidated no other serves: 500 rounds", async () => {
      await using fleet = await Fleet.start(await open());
      const beganAt = performance.now();
      const served = await Promise.all(
        Array.from({ length: LANES }, (_, i) => lane(`lane-${i}`, fleet)),
      );
      const seconds = (performance.now() - beganAt) / 1000;
      const reads = served.reduce((sum, own) => sum + own, 0);
      // So that the rounds are about something: nodes do serve what others computed.
      expect(reads).toBeGreaterThan(LANES * ROUNDS);
      process.stdout.write(
        `${name}: ${LANES * ROUNDS} rounds in ${seconds.toFixed(1)} s; ${reads} of ${2 * LANES * ROUNDS} reads were served another node's value\n`,
      );
    });

    test("one that was stopped for 3 D serves nothing that died meanwhile", async () => {
      await using fleet = await Fleet.start(await open());
      const [sleeper, other, invalidator] = fleet.inTurn(0);
      const tenant = "acme";
      const kept = { tenant, key: "films/other/answer" } as const;
      const dead = { tenant, key } as const;
      for (const what of [kept, dead]) {
        const ask = { ...what, do: "getOrCompute", bytes: 256 } as const;
        await other.ask({ ...ask, fill: 1 });
        // Twice: the second time it is in memory.
        expect(await sleeper.ask({ ...ask, fill: 1 })).toBe(1);
        expect(await sleeper.ask({ ...ask, fill: 1 })).toBe(1);
      }
      sleeper.pause();
      const pausedAt = performance.now();
      await invalidator.ask({ do: "invalidate", tenant, scope: { kind: "key", value: key } });
      const untilMs = pausedAt + 3 * LEASE_MS;
      while (performance.now() < untilMs) await other.ask({ do: "get", ...dead });
      // They are the first that it sees, before any timer of its own.
      const first = sleeper.ask({ do: "get", ...dead });
      const second = sleeper.ask({ do: "get", ...kept });
      sleeper.wake();
      expect(await first).toBeUndefined();
      expect(await second).toBe(1);
    });
  });
