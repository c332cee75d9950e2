import { expect, test } from "@jest/globals";
import { makeTier, newcomer } from "./make-tier.ts";

const page = (): Uint8Array => new Uint8Array(65_536).fill(7).subarray(0, 100);

test("a small view is copied, so that it does not hold its page in memory", async () => {
  const { tier } = makeTier();
  await tier.put("a", page(), "acme");
  const kept = await tier.get("a", "acme");
  expect(kept).toEqual(new Uint8Array(100).fill(7));
  expect(kept?.buffer.byteLength).toBe(100);
});

test("a Buffer out of Node's shared pool is copied too", async () => {
  const { tier } = makeTier();
  await tier.put("a", Buffer.from("short"), "acme");
  expect((await tier.get("a", "acme"))?.buffer.byteLength).toBe(5);
});

test("a value that is the data itself is the copy", () => {
  const data = page();
  const plain = newcomer("a", { value: data });
  const resident = makeTier()
    .tier.residents.space("acme")
    .insert({ ...plain, entry: { ...plain.entry, data } });
  expect(resident?.value).toBe(resident?.entry.data);
  expect(resident?.entry.data.buffer.byteLength).toBe(100);
});

test("where the value may be made of views on it, the whole page is kept and charged", async () => {
  const { tier } = makeTier();
  const data = page();
  const value = { vector: new Float32Array(data.buffer, 0, 8) };
  const plain = newcomer("a", { value });
  tier.residents.space("acme").insert({ ...plain, entry: { ...plain.entry, data } });
  expect((await tier.getStats("acme")).bytes).toBeGreaterThan(65_536);
});

test("a large view on a slightly larger buffer is kept as it is", async () => {
  const { tier } = makeTier();
  const data = new Uint8Array(1_100).subarray(100);
  await tier.put("a", data, "acme");
  expect(await tier.get("a", "acme")).toBe(data);
});
