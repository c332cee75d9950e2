import { describe, expect, test } from "@jest/globals";
import { defineKeyType, jsonCodec } from "@cogniverse/core";
import type { LogPlace, TenantCache } from "@cogniverse/sdk";
import { Deployment } from "./support/deployment.ts";
import { note } from "./support/one-node.ts";
import { LEASE_MS } from "./support/shared-log.ts";

const key = note({ id: 1 });
const frame = defineKeyType("frames-by-hash/{hash}.json", jsonCodec<{ n: number }>(), {
  immutable: true,
});

interface Replaced {
  readonly acme: TenantCache;
  /** Where the log that is no more was. */
  readonly since: LogPlace;
}

/** `before`, `after`: records that each of the two logs has. */
async function replaced(world: Deployment, before: number, after: number): Promise<Replaced> {
  const acme = world.node().cache.forTenant("acme");
  const other = { kind: "key", value: "other" } as const;
  for (let i = 0; i < before; i++) await world.acknowledged(acme.invalidate(other));
  const since = await acme.position();
  world.shared.replace();
  await world.pass(LEASE_MS);
  for (let i = 0; i < after; i++) await world.acknowledged(acme.invalidate(other));
  return { acme, since };
}

describe("a place in a log that was replaced since", () => {
  test.each([
    ["has not come so far", 5, 0],
    ["has passed it", 2, 4],
    ["begins where it was", 0, 0],
  ])(
    "a put from there stores nothing, and what it was to replace is dead: the new log %s",
    async (_how, before, after) => {
      await using world = new Deployment();
      const { acme, since } = await replaced(world, before, after);
      await acme.getOrCompute(key, () => ({ n: 1 }));
      const put = await world.acknowledged(acme.put(key, { n: 2 }, { since }));
      expect(put).toMatchObject({ superseded: true });
      expect(await acme.get(key)).toBeUndefined();
    },
  );

  test("content that is in the key counts as older than all that the new log says", async () => {
    await using world = new Deployment();
    const { acme, since } = await replaced(world, 5, 0);
    await world.acknowledged(acme.invalidate({ kind: "tag", value: "red" }));
    await acme.put(frame({ hash: 1 }), { n: 1 }, { since, tags: ["red"] });
    expect(await acme.get(frame({ hash: 1 }))).toBeUndefined();
    await acme.put(frame({ hash: 2 }), { n: 2 }, { tags: ["red"] });
    expect(await acme.get(frame({ hash: 2 }))).toEqual({ n: 2 });
  });
});
