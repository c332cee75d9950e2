import { expect, test } from "@jest/globals";
import { CacheManager } from "@cogniverse/core";
import { entryBackend } from "@cogniverse/testkit";

test("what was computed from the absence of a source dies when the source is first computed", async () => {
  await using cache = new CacheManager({ tiers: [{ name: "a", backend: entryBackend() }] });
  const acme = cache.forTenant("acme");
  const derive = async (): Promise<string> =>
    `from ${((await acme.get("a/source")) as string | undefined) ?? "none"}`;
  expect(await acme.getOrCompute("a/derived", derive)).toBe("from none");
  expect(await acme.getOrCompute("a/source", () => "one")).toBe("one");
  expect(await acme.getOrCompute("a/derived", derive)).toBe("from one");
});

test.each([{ refresh: true }, { bypass: true }])(
  "a compute that asks for its own key with %j is refused",
  async (options) => {
    await using cache = new CacheManager({ tiers: [{ name: "a", backend: entryBackend() }] });
    const acme = cache.forTenant("acme");
    let depth = 0;
    const own = (): Promise<number> => {
      depth++;
      return acme.getOrCompute<number>("a/own", own, options);
    };
    await expect(acme.getOrCompute<number>("a/own", own, options)).rejects.toMatchObject({
      code: "reentrant",
    });
    expect(depth).toBe(1);
    // Through another key, too.
    const there = (): Promise<number> => acme.getOrCompute<number>("a/there", back, options);
    const back = (): Promise<number> => acme.getOrCompute<number>("a/here", there, options);
    await expect(acme.getOrCompute<number>("a/here", there, options)).rejects.toMatchObject({
      code: "reentrant",
    });
  },
);

test("code that a compute left behind may ask for its key", async () => {
  await using cache = new CacheManager({ tiers: [{ name: "a", backend: entryBackend() }] });
  const acme = cache.forTenant("acme");
  const gate = Promise.withResolvers<undefined>();
  let later: Promise<number> | undefined;
  await acme.getOrCompute("a/own", () => {
    later = gate.promise.then(() => acme.getOrCompute<number>("a/own", () => 2, { refresh: true }));
    return 1;
  });
  gate.resolve(undefined);
  expect(await later).toBe(2);
});
