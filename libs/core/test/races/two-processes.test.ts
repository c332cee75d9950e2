import { expect, test } from "@jest/globals";
import type { Scope } from "@cogniverse/sdk";
import { ChildNode } from "./processes/child-node.ts";
import { Directory } from "./processes/directory.ts";
import {
  onDirectory,
  openNode,
  serve,
  type Found,
  type Request,
} from "./processes/node-process.ts";

const LANES = 50;
const ROUNDS = 20;
const key = "films/clip/answer";

/** In turn, every way to say it. */
const scopes: readonly Scope[] = [
  { kind: "key", value: key },
  { kind: "prefix", value: "films/clip/" },
  { kind: "glob", value: "films/*/answer" },
  { kind: "tenant" },
];

type Ask = (request: Request) => Promise<Found>;

/** One lane is one tenant: the server answers from its source at `round` while the other process invalidates between rounds. */
async function lane(tenant: string, server: Ask, invalidator: Ask): Promise<number> {
  const bytes = 256;
  for (let round = 1; round <= ROUNDS; round++) {
    const answer = { do: "getOrCompute", tenant, key, fill: round, bytes } as const;
    expect(await server(answer)).toBe(round);
    expect(await invalidator({ ...answer, fill: 255 })).toBe(round);
    // Once more, so that it is in the server's memory and on its fast path.
    expect(await server({ do: "get", tenant, key })).toBe(round);
    const scope = scopes[round % scopes.length] ?? { kind: "tenant" };
    const said = invalidator({ do: "invalidate", tenant, scope });
    server({ do: "get", tenant, key }).catch(() => undefined); // began before: either answer is right
    await said;
    expect(await server({ do: "get", tenant, key })).toBeUndefined();
    expect(await invalidator({ do: "get", tenant, key })).toBeUndefined();
  }
  return ROUNDS;
}

test.each(["child", "parent"] as const)(
  "what the %s process invalidated the other never serves once it said so: 1,000 rounds on one directory",
  async (who) => {
    await using directory = await Directory.make();
    const parent = await openNode(onDirectory(directory.path));
    await using child = await ChildNode.start(onDirectory(directory.path));
    const here: Ask = (request) => serve(parent, request);
    const there: Ask = (request) => child.ask(request);
    const [server, invalidator] = who === "child" ? [here, there] : [there, here];
    const beganAt = performance.now();
    const kept = await Promise.all(
      Array.from({ length: LANES }, (_, i) => lane(`lane-${i}`, server, invalidator)),
    );
    const seconds = (performance.now() - beganAt) / 1000;
    const rounds = kept.reduce((sum, own) => sum + own, 0);
    expect(rounds).toBe(1000);
    process.stdout.write(
      `${rounds} rounds, ${who} invalidates: ${seconds.toFixed(1)} s, ${Math.round(rounds / seconds)} rounds/s\n`,
    );
    await parent.close();
  },
  60_000,
);
