import { expect, test } from "@jest/globals";
import { setUp } from "../support/set-up.ts";

const tiers = { memory: "memory", disk: "entry" } as const;

test("what was derived from a key is refused as a source of that key, with both named", async () => {
  const { acme, manager } = setUp(tiers);
  await acme.getOrCompute("a/1", () => 1);
  await acme.getOrCompute("b/1", async () => [await acme.get("a/1")]);
  const circle = acme.getOrCompute("a/1", async () => [await acme.get("b/1")], { refresh: true });
  await expect(circle).rejects.toMatchObject({
    code: "reentrant",
    message: expect.stringContaining("a/1 reads b/1, which was derived from a/1"),
  });
  expect([await acme.get("a/1"), await acme.get("b/1")]).toEqual([1, [1]]);
  await manager.close();
});

test("also over several keys, from a compute within the compute", async () => {
  const { acme, manager } = setUp(tiers);
  await acme.getOrCompute("a/1", () => 1);
  await acme.getOrCompute("b/1", async () => [await acme.get("a/1")]);
  await acme.getOrCompute("c/1", async () => [await acme.get("b/1")]);
  const inner = (): Promise<unknown> =>
    acme.getOrCompute("d/1", async () => [await acme.get("c/1")]) as Promise<unknown>;
  const circle = acme.getOrCompute("a/1", async () => [await inner()], { refresh: true });
  await expect(circle).rejects.toMatchObject({ code: "reentrant" });
  await manager.close();
});

test("what a key was before is no circle: a value made from the last one is kept", async () => {
  const { acme, manager } = setUp(tiers);
  const more = async (): Promise<number> => Number((await acme.get("count/1")) ?? 0) + 1;
  for (const expected of [1, 2, 3]) {
    expect(await acme.getOrCompute("count/1", more, { refresh: true })).toBe(expected);
    expect(await acme.get("count/1")).toBe(expected);
  }
  await acme.delete("count/1");
  expect(await acme.get("count/1")).toBeUndefined();
  await manager.close();
});
