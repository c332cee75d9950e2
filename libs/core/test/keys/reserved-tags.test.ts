import { expect, test } from "@jest/globals";
import { setUp } from "../support/set-up.ts";

test("a video without an id is refused, and nothing is acknowledged", async () => {
  const { acme, manager } = setUp({ memory: "memory" });
  const before = await acme.position();
  await expect(acme.invalidateVideo("")).rejects.toMatchObject({ code: "invalid_key" });
  expect(await acme.position()).toEqual(before);
  await manager.close();
});

test("tags that only the cache itself may write are refused, in a put, a compute and an invalidation", async () => {
  const { acme, manager } = setUp({ memory: "memory" });
  const tag = "__source:a/1";
  const refused = { code: "invalid_key", message: expect.stringContaining('begins with "__"') };
  await expect(acme.put("a/1", 1, { tags: [tag] })).rejects.toMatchObject(refused);
  await expect(acme.invalidate({ kind: "tag", value: tag })).rejects.toMatchObject(refused);
  const computed = acme.getOrCompute("a/2", ({ setTags }) => {
    setTags(tag);
    return 1;
  });
  await expect(computed).rejects.toMatchObject(refused);
  await acme.put("a/1", 1, { tags: ["_source"] });
  await manager.close();
});
