import { describe, expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import type { PutOptions } from "@cogniverse/sdk";
import { key } from "../support/note.ts";
import { setUp } from "../support/set-up.ts";

describe("put", () => {
  test.each<unknown>([
    7,
    { logId: "", position: 1 },
    { logId: "log", position: -1 },
    { logId: "log", position: 0.5 },
    { position: 1 },
  ])("since %j is refused", async (since) => {
    const { acme, manager } = setUp({ a: "entry" });
    // What callers without types may give.
    const options = { since } as PutOptions<number>;
    await expect(acme.put(key, 1, options)).rejects.toMatchObject({ code: "invalid_value" });
    await manager.close();
  });

  test.each([[""], ["\uD800"]])(
    "the tag %j is refused, put or computed, since no invalidation could name it",
    async (tag) => {
      const { acme, manager } = setUp({ a: "entry" });
      const refusal = { code: "invalid_key" };
      await expect(acme.put(key, 1, { tags: [tag] })).rejects.toMatchObject(refusal);
      await expect(
        acme.getOrCompute(key, ({ setTags }) => (setTags(tag), 1)),
      ).rejects.toMatchObject(refusal);
      await manager.close();
    },
  );

  test("keeps the caller's own metadata and tags with the entry; metadata that is no text is refused", async () => {
    const { acme, manager } = setUp({ a: "six" });
    await acme.put(keys.transcription({ video: "v" }), [], { metadata: { by: "me" }, tags: ["t"] });
    const [copy] = await manager.inspect("transcriptions/v/transcription.json", "acme");
    expect(copy).toMatchObject({
      state: "valid",
      copy: { user: { by: "me" }, tags: ["video:v", "t"] },
    });
    // A caller without types.
    const metadata = { n: 1 as unknown as string };
    await expect(acme.put(key, 1, { metadata })).rejects.toMatchObject({ code: "invalid_value" });
    await manager.close();
  });

  test("with since is superseded by what came after, and stores nothing", async () => {
    const { acme, manager } = setUp({ a: "entry" });
    const since = await acme.position();
    await acme.invalidate({ kind: "tag", value: "red" });
    expect(await acme.put(key, 1, { since, tags: ["red"] })).toMatchObject({ superseded: true });
    expect(await acme.get(key)).toBeUndefined();
    expect(await acme.put("notes/2", 1, { since })).toMatchObject({ superseded: false });
    expect(await acme.put("notes/2", 2, { since })).toMatchObject({ superseded: true });
    expect(await acme.get("notes/2")).toBe(1);
    expect(await acme.stats()).toMatchObject({ puts: 3, superseded: 2 });
    await manager.close();
  });
});
