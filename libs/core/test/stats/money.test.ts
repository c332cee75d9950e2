import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { CacheManager } from "@cogniverse/core";
import type { Prices } from "@cogniverse/sdk";
import { moneyOf, type Priced } from "../../src/stats/money.ts";
import { setUp } from "../support/set-up.ts";

const HOUR_MS = 3_600_000;
const figure = fc.integer({ min: 0, max: 1e9 });
const price = fc.double({ min: 0, max: 1000, noNaN: true });
const table = (of: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...of), price, { noNullPrototype: true });
const priced: fc.Arbitrary<Priced> = fc.record({
  byFamily: fc.dictionary(
    fc.constantFrom("a", "b", "default", "__proto__"),
    fc.record({ computeMs: figure, savedMs: figure }),
    { noNullPrototype: true },
  ),
  tiers: fc.uniqueArray(
    fc.record({
      tier: fc.constantFrom("hot", "cold"),
      requests: fc.record({ get: figure, put: figure }),
      bytes: figure,
    }),
    { selector: ({ tier }) => tier },
  ),
});
const priceList: fc.Arbitrary<Prices> = fc.record({
  currency: fc.constant("EUR"),
  computeSecond: fc.oneof(price, table(["a", "default"])),
  request: table(["hot", "cold"]),
  gibMonth: table(["hot", "cold"]),
});
/** As a share of the greater one, but of 1 at least. */
const apart = (a: number, b: number): number =>
  Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));

describe("money", () => {
  test("each part is its figure times its price, and net is what is left", () => {
    const figures: Priced = {
      byFamily: {
        embeddings: { computeMs: 2000, savedMs: 10_000 },
        notes: { computeMs: 1000, savedMs: 4000 },
      },
      tiers: [
        { tier: "hot", requests: { get: 1000 }, bytes: 2 ** 30 },
        { tier: "cold", requests: { get: 10, put: 5, head: 5 }, bytes: 2 ** 31 },
      ],
    };
    const money = moneyOf(
      figures,
      {
        currency: "USD",
        computeSecond: { embeddings: 1, default: 0.5 },
        request: { cold: 0.01 },
        gibMonth: { cold: 0.25 },
      },
      73 * HOUR_MS,
    );
    expect(money).toEqual({
      currency: "USD",
      computeSaved: 12,
      computeSpent: 2.5,
      requests: 0.2,
      storagePerMonth: 0.5,
      storage: 0.05,
      net: 11.75,
      byTier: {
        hot: { requests: 0, storagePerMonth: 0, storage: 0 },
        cold: { requests: 0.2, storagePerMonth: 0.5, storage: 0.05 },
      },
    });
  });

  test("is finite, never below zero but in net, and net adds up", () => {
    fc.assert(
      fc.property(priced, priceList, figure, (figures, at, elapsedMs) => {
        const { currency, net, byTier, ...parts } = moneyOf(figures, at, elapsedMs);
        expect(currency).toBe("EUR");
        for (const part of Object.values(parts)) {
          expect(Number.isFinite(part)).toBe(true);
          expect(part).toBeGreaterThanOrEqual(0);
        }
        const sum = parts.computeSaved - parts.requests - parts.storage;
        expect(apart(net, sum)).toBeLessThanOrEqual(1e-9);
        for (const part of ["requests", "storagePerMonth", "storage"] as const) {
          const ofTiers = Object.values(byTier).reduce((n, tier) => n + tier[part], 0);
          expect(apart(parts[part], ofTiers)).toBeLessThanOrEqual(1e-9);
        }
      }),
    );
  });

  test("twice the figures are twice the money, and so are twice the prices", () => {
    const twice = (record: Readonly<Record<string, number>>): Record<string, number> =>
      Object.fromEntries(Object.entries(record).map(([name, n]) => [name, 2 * n]));
    fc.assert(
      fc.property(priced, priceList, figure, (figures, at, elapsedMs) => {
        const { computeSecond = 0, request = {}, gibMonth = {} } = at;
        const once = moneyOf(figures, at, elapsedMs);
        const dearer = moneyOf(
          figures,
          {
            currency: "EUR",
            computeSecond:
              typeof computeSecond === "number" ? 2 * computeSecond : twice(computeSecond),
            request: twice(request),
            gibMonth: twice(gibMonth),
          },
          elapsedMs,
        );
        for (const part of ["computeSaved", "computeSpent", "requests", "storage", "net"] as const)
          expect(apart(dearer[part], 2 * once[part])).toBeLessThanOrEqual(1e-9);
        const more: Priced = {
          byFamily: figures.byFamily,
          tiers: [...figures.tiers, ...figures.tiers],
        };
        const { requests } = moneyOf(more, at, elapsedMs);
        expect(apart(requests, 2 * once.requests)).toBeLessThanOrEqual(1e-9);
      }),
    );
  });

  test("what has no price is free", () => {
    fc.assert(
      fc.property(priced, figure, (figures, elapsedMs) => {
        const {
          currency: _,
          byTier: __,
          ...parts
        } = moneyOf(figures, { currency: "EUR" }, elapsedMs);
        for (const part of Object.values(parts)) expect(part).toBeCloseTo(0, 12);
      }),
    );
  });
});

test.each<readonly [Prices, string]>([
  [{ currency: "dollars" }, 'prices.currency is "dollars"'],
  [{ currency: "USD", computeSecond: -1 }, "prices.computeSecond is -1"],
  [{ currency: "USD", computeSecond: { notes: NaN } }, "prices.computeSecond.notes is NaN"],
  [{ currency: "USD", request: { disk: Infinity } }, "prices.request.disk is Infinity"],
  [{ currency: "USD", gibMonth: { clod: 1 } }, 'prices.gibMonth names the tier "clod"'],
])("prices %j are refused", (prices, message) => {
  const { disk } = setUp({ disk: "entry" }).backends;
  if (disk === undefined) throw new RangeError("no tier");
  const make = (): unknown =>
    new CacheManager({ tiers: [{ name: "disk", backend: disk }], prices });
  expect(make).toThrow(
    expect.objectContaining({
      code: "invalid_config",
      message: expect.stringContaining(message),
    }),
  );
});

test("stats work out money from what was measured, over the time since the manager was made", async () => {
  const { acme, manager, clock } = setUp(
    { disk: "entry" },
    {
      prices: {
        currency: "USD",
        computeSecond: 2,
        request: { disk: 0.125 },
        gibMonth: { disk: 730 * 2 ** 30 },
      },
    },
  );
  const slow = (): number => {
    clock.advance(500);
    return 1;
  };
  await acme.getOrCompute("a/1", slow);
  await acme.get("a/1");
  await acme.get("a/1");
  clock.advance(HOUR_MS - 500);
  const { money, tiers } = await acme.stats();
  expect(tiers[0]?.requests).toEqual({ get: 3, put: 1, stats: 1 });
  expect(money).toEqual({
    currency: "USD",
    computeSaved: 2,
    computeSpent: 1,
    requests: 0.625,
    storagePerMonth: 730,
    storage: 1,
    net: 2 - 0.625 - 1,
    byTier: { disk: { requests: 0.625, storagePerMonth: 730, storage: 1 } },
  });
  await manager.close();
});

test("without prices there is no money", async () => {
  const { acme, manager } = setUp({ disk: "entry" });
  expect((await acme.stats()).money).toBeUndefined();
  await manager.close();
});
