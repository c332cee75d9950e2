import { expect, test } from "@jest/globals";
import {
  bytesCodec,
  CacheManager,
  defineKeyType,
  silentLogger,
  systemClock,
} from "@cogniverse/core";
import { memoryBackend } from "@cogniverse/cache-memory";

const part = defineKeyType("films/{film}/part_{n}", bytesCodec);
const sum = defineKeyType("films/{film}/sum", bytesCodec);

test("an entry derived from more siblings than can be named survives its own refresh, and dies with any of them", async () => {
  const cache = new CacheManager({
    tiers: [
      { name: "memory", backend: memoryBackend({}, { clock: systemClock, logger: silentLogger }) },
    ],
  });
  const acme = cache.forTenant("acme");
  let computes = 0;
  const parts = Array.from({ length: 100 }, (_, n) => part({ film: 1, n }));
  const add = async (): Promise<Uint8Array> => {
    computes++;
    let total = 0;
    for (const key of parts) total += (await acme.getOrCompute(key, () => Uint8Array.of(1))).length;
    return Uint8Array.of(total);
  };
  const key = sum({ film: 1 });
  await acme.getOrCompute(key, add);
  await acme.getOrCompute(key, add, { refresh: true });
  expect(await acme.get(key)).toEqual(Uint8Array.of(100));
  expect(computes).toBe(2);
  await acme.invalidate(part({ film: 1, n: 42 }));
  expect(await acme.get(key)).toBeUndefined();
  await cache.close();
});
