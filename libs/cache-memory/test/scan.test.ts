import { expect, test } from "@jest/globals";
import { makeTier, newcomer } from "./make-tier.ts";

async function keysOf(scan: AsyncIterable<{ readonly key: string }>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of scan) keys.push(key);
  return keys;
}

test("keys come in byte order, from after the one named", async () => {
  const { tier } = makeTier();
  const keys = ["b/2", "B/1", "b/10", "a", "b", "b%2F", "b/1"];
  for (const key of keys) tier.residents.space("acme").insert(newcomer(key));
  expect(await tier.listKeys("", "acme")).toEqual(["B/1", "a", "b", "b%2F", "b/1", "b/10", "b/2"]);
  expect(await tier.listKeys("b/", "acme")).toEqual(["b/1", "b/10", "b/2"]);
  expect(await keysOf(tier.scan.scan("b", "b/1", "acme"))).toEqual(["b/10", "b/2"]);
});

test("a scan of more keys than are sorted at once is whole and in order", async () => {
  const { tier } = makeTier();
  const keys = Array.from({ length: 20_000 }, (_, i) => `k/${(i * 7_919) % 20_000}`);
  for (const key of keys) tier.residents.space("acme").insert(newcomer(key));
  expect(await tier.listKeys("k/", "acme")).toEqual(keys.toSorted());
});

test("what goes during a scan is not told of, what stays is", async () => {
  const { tier, clock } = makeTier();
  for (const key of ["a", "b", "c", "d"])
    await tier.put(key, new Uint8Array(1), "acme", {}, key === "c" ? 1 : null);
  const seen: string[] = [];
  for await (const { key } of tier.scan.scan("", undefined, "acme")) {
    seen.push(key);
    if (key !== "a") continue;
    await tier.delete("b", "acme");
    clock.advance(1_000);
  }
  expect(seen).toEqual(["a", "d"]);
});
