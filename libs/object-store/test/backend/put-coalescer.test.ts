import { describe, expect, test } from "@jest/globals";
import { toPosition, type Entry } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { ObjectLayout } from "../../src/index.ts";
import { metadataOf, openTier } from "../surroundings.ts";

const name = new ObjectLayout().entry("t", "a");

function entry(asOf: number): Entry {
  return { data: Uint8Array.of(asOf), metadata: metadataOf({ asOf: toPosition(asOf) }) };
}

function open() {
  const opened = openTier({ coalesceMs: 1000 });
  const { backend, client } = opened;
  const put = (asOf: number, signal?: AbortSignal) =>
    backend.entries.putEntry(
      "a",
      entry(asOf),
      "t",
      { if: "not-newer", asOf: toPosition(asOf) },
      { signal },
    );
  const stored = () => client.bucket.objects.get(name)?.data[0];
  return { ...opened, put, stored };
}

describe("writes of one key", () => {
  test("begin a second apart, and only the latest of those that wait is sent", async () => {
    const { backend, client, context, put, stored } = open();
    expect(await put(1)).toEqual(expect.any(String));
    const rest = [put(2), put(4), put(3), put(5)];
    await settle(10);
    expect([client.count("write"), stored()]).toEqual([1, 1]);
    await context.clock.advanceAndSettle(1000);
    const etags = await Promise.all(rest);
    expect([client.count("write"), stored()]).toEqual([2, 5]);
    const [second, fourth, third, fifth] = etags;
    expect([typeof second, typeof fourth, third]).toEqual(["string", "string", undefined]);
    // The etag of a write that was written over at once is no copy's.
    expect(await backend.entries.deleteEntry("a", second ?? "", "t")).toBe(false);
    expect(
      await backend.entries.putEntry("a", entry(9), "t", { if: "match", etag: second ?? "" }),
    ).toBeUndefined();
    expect(await backend.entries.deleteEntry("a", fifth ?? "", "t")).toBe(true);
  });

  test("of other keys wait for nobody", async () => {
    const { backend, client } = open();
    await Promise.all(["a", "b", "c"].map((key) => backend.put(key, Uint8Array.of(1), "t")));
    expect(client.count("write")).toBe(3);
  });

  test("written whatever is there, what is put to them is too", async () => {
    const { backend, client, context, put, stored } = open();
    await put(7);
    const all = [backend.put("a", Uint8Array.of(100), "t"), put(2)];
    await context.clock.advanceAndSettle(1000);
    expect(await Promise.all(all)).toEqual([true, expect.any(String)]);
    expect([client.count("write"), stored()]).toEqual([2, 2]);
  });

  test("a later copy of another process refuses all that waited", async () => {
    const { client, context, put, stored } = open();
    await put(1);
    const { headers } = client.bucket.objects.get(name)?.info ?? { headers: undefined };
    expect(headers).toBeDefined();
    const other = openTier({}, client).backend;
    await other.entries.putEntry("a", entry(9), "t");
    const all = [put(2), put(3)];
    await context.clock.advanceAndSettle(1000);
    expect(await Promise.all(all)).toEqual([undefined, undefined]);
    expect(stored()).toBe(9);
  });

  test("an abort is its caller's alone; nobody left, nothing is sent", async () => {
    const { client, context, put, stored } = open();
    await put(1);
    const [left, all] = [new AbortController(), new AbortController()];
    const [gone, stays] = [put(2, left.signal), put(3)];
    left.abort(new Error("gone"));
    await expect(gone).rejects.toThrow("gone");
    await context.clock.advanceAndSettle(1000);
    expect([await stays, stored()]).toEqual([expect.any(String), 3]);
    const last = put(4, all.signal);
    all.abort(new Error("gone"));
    await expect(last).rejects.toThrow("gone");
    const after = put(5);
    await context.clock.advanceAndSettle(1000);
    expect([await after, client.count("write")]).toEqual([expect.any(String), 3]);
  });

  test("closing sends what waits at once", async () => {
    const { backend, put, stored } = open();
    await put(1);
    const last = put(2);
    await backend[Symbol.asyncDispose]();
    expect([await last, stored()]).toEqual([expect.any(String), 2]);
  });
});
