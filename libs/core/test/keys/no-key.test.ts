import { expect, test } from "@jest/globals";
import { CacheManager } from "@cogniverse/core";
import { entryBackend } from "@cogniverse/testkit";

test.each([5, null, undefined, {}, []])(
  "what code without types passes for a key is refused as one: %p",
  async (given) => {
    await using cache = new CacheManager({ tiers: [{ name: "a", backend: entryBackend() }] });
    const acme = cache.forTenant("acme");
    // As untyped code would.
    const key = given as never;
    await expect(acme.put(key, 1)).rejects.toMatchObject({ code: "invalid_key" });
    await expect(acme.delete(key)).rejects.toMatchObject({ code: "invalid_key" });
    await expect(acme.exists(key)).rejects.toMatchObject({ code: "invalid_key" });
  },
);
