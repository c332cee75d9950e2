import { expect, test } from "@jest/globals";
import { seededRandom } from "@cogniverse/testkit";
import { makeTier, newcomer } from "./make-tier.ts";

const CAPACITY = 1_000;
const KEYS = 20_000;

/** Answers whether the key was there, and makes it be there. */
type Reader = (key: string) => boolean;

function tierReader(): Reader {
  const { tier } = makeTier({ maxEntries: CAPACITY });
  const space = tier.residents.space("acme");
  return (key) => {
    const resident = space.find(key);
    if (resident === undefined) space.insert(newcomer(key));
    else resident.visited = true;
    return resident !== undefined;
  };
}

function lruReader(): Reader {
  const order = new Set<string>();
  return (key) => {
    const hit = order.delete(key);
    order.add(key);
    for (const oldest of order) {
      if (order.size <= CAPACITY) break;
      order.delete(oldest);
    }
    return hit;
  };
}

/** Ranks drawn by Zipf's law with exponent 0.99, as queries repeat in the system that this cache serves. */
function zipf(seed: number): () => string {
  const random = seededRandom(seed);
  const sums: number[] = [];
  for (let rank = 1; rank <= KEYS; rank++) sums.push((sums.at(-1) ?? 0) + rank ** -0.99);
  return () => {
    const drawn = random.next() * (sums.at(-1) ?? 0);
    let low = 0;
    for (let high = KEYS - 1; low < high;) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < drawn) low = middle + 1;
      else high = middle;
    }
    return `popular/${low}`;
  };
}

function hitRatio(read: Reader, draw: () => string, reads: number): number {
  let hits = 0;
  for (let i = 0; i < reads; i++) if (read(draw())) hits++;
  return hits / reads;
}

function trace(read: Reader, seed: number): { before: number; after: number } {
  const draw = zipf(seed);
  hitRatio(read, draw, 40_000);
  const before = hitRatio(read, draw, 20_000);
  for (let i = 0; i < 10 * CAPACITY; i++) read(`scanned/${i}`);
  return { before, after: hitRatio(read, draw, CAPACITY) };
}

test.each([1, 2, 3])("a scan of ten times the capacity costs no hits (seed %i)", (seed) => {
  const tier = trace(tierReader(), seed);
  const lru = trace(lruReader(), seed);
  expect(tier.before).toBeGreaterThan(lru.before);
  expect(tier.after).toBeGreaterThan(tier.before - 0.05);
  expect(tier.after).toBeGreaterThan(lru.after + 0.1);
});

test("a scan mixed into the popular reads costs a fraction of what it costs LRU", () => {
  const ratioDuring = (read: Reader): number => {
    const draw = zipf(4);
    hitRatio(read, draw, 40_000);
    let next = 0;
    return hitRatio((key) => (read(`scanned/${next++}`), read(key)), draw, 10 * CAPACITY);
  };
  expect(ratioDuring(tierReader())).toBeGreaterThan(ratioDuring(lruReader()) + 0.1);
});
