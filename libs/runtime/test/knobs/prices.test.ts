import { describe, expect, test } from "@jest/globals";
import { createCache, type PricesConfig } from "../../src/index.ts";

/** What a cache of these prices says of one miss and one hit, whose compute takes at least 20 ms. */
async function money(prices: Omit<PricesConfig, "currency"> | undefined, key: string) {
  const given = prices === undefined ? {} : { prices: { currency: "EUR", ...prices } };
  const tiers = { memory: { backend: "memory" } };
  await using cache = await createCache({ config: { caching: { tiers, ...given } }, env: {} });
  const acme = cache.forTenant("acme");
  const compute = (): object => {
    const until = performance.now() + 20;
    while (performance.now() < until);
    return { a: "x".repeat(1000) };
  };
  for (let reads = 0; reads < 2; reads++) await acme.getOrCompute(key, compute);
  return (await acme.stats()).money;
}

describe("prices", () => {
  const KEY = "experiments/a.json";

  test("left out: nothing is told in money", async () => {
    expect(await money(undefined, KEY)).toBeUndefined();
    expect(await money({}, KEY)).toMatchObject({ currency: "EUR", computeSaved: 0, net: 0 });
  });

  test("compute_second, for all and by family", async () => {
    const all = await money({ compute_second: 1000 }, KEY);
    expect(all?.computeSaved).toBeGreaterThanOrEqual(19);
    const named = { experiments: 1000, default: 0 };
    expect((await money({ compute_second: named }, KEY))?.computeSaved).toBeGreaterThanOrEqual(19);
    expect((await money({ compute_second: named }, "others/a.json"))?.computeSaved).toBe(0);
  });

  test("request and gib_month", async () => {
    expect(await money({}, KEY)).toMatchObject({ requests: 0, storagePerMonth: 0 });
    expect((await money({ request: { memory: 1 } }, KEY))?.requests).toBeGreaterThan(0);
    expect((await money({ gib_month: { memory: 1e6 } }, KEY))?.storagePerMonth).toBeGreaterThan(0);
  });
});
