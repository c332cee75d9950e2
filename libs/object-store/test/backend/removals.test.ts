import { describe, expect, test } from "@jest/globals";
import { toPosition, type Entry } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { ObjectLayout, type ObjectBackend } from "../../src/index.ts";
import { MemoryClient } from "../memory-bucket.ts";
import { hurryingContext, metadataOf, openTier } from "../surroundings.ts";

const name = new ObjectLayout().entry("t", "a");
const anew = toPosition(9);

function entry(asOf = toPosition(5)): Entry {
  return { data: new TextEncoder().encode("same"), metadata: metadataOf({ asOf }) };
}

/** Holds deletions back until they are released. */
function holdDeletes(client: MemoryClient): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  client.around = async ({ op }, send) => {
    if (op === "delete") await promise;
    return send();
  };
  return resolve;
}

type Store = (backend: ObjectBackend, signal?: AbortSignal) => Promise<unknown>;

const signalled = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

async function* body() {
  yield entry().data;
}

const stores: readonly (readonly [string, Store])[] = [
  [
    "a put",
    ({ entries }, signal) => entries.putEntry("a", entry(anew), "t", undefined, signalled(signal)),
  ],
  [
    "a fill",
    ({ entries }, signal) =>
      entries.putEntry("a", entry(anew), "t", { if: "not-newer", asOf: anew }, signalled(signal)),
  ],
  [
    "a stream",
    ({ streams }, signal) =>
      streams.putStream("a", body(), () => entry(anew).metadata, "t", signalled(signal)),
  ],
];

/** A tier with one copy, whose client holds deletions back. */
async function withCopy(options: Parameters<typeof openTier>[0] = {}) {
  const { backend, client } = openTier(options, new MemoryClient(), hurryingContext());
  const etag = (await backend.entries.putEntry("a", entry(), "t")) ?? "";
  return { backend, client, etag, release: holdDeletes(client) };
}

describe.each([
  ["each write sent at once", {}],
  ["writes of one key apart", { coalesceMs: 1000 }],
])("the same bytes written anew, %s", (_how, options) => {
  test.each(stores)("%s outlives the removal of a dead copy", async (_what, store) => {
    const { backend, client, etag, release } = await withCopy(options);
    const removing = backend.entries.deleteEntry("a", etag, "t");
    const storing = store(backend);
    await settle(20);
    release();
    expect(await removing).toBe(true);
    expect(await storing).toBe(etag);
    expect(client.bucket.objects.get(name)).toBeDefined();
    expect(await backend.entries.getEntry("a", "t")).toMatchObject({ metadata: { asOf: anew } });
  });

  test.each(stores)("%s outlives the removal of damaged copies", async (_what, store) => {
    const { backend, client, release } = await withCopy(options);
    client.bucket.unreadable.set(name, "corrupt");
    expect(await backend.entries.getEntry("a", "t")).toEqual({ unreadable: "corrupt" });
    expect(await backend.entries.getEntry("a", "t")).toEqual({ unreadable: "corrupt" });
    const storing = store(backend);
    await settle(20);
    release();
    await storing;
    await backend[Symbol.asyncDispose]();
    expect(client.bucket.objects.get(name)).toBeDefined();
    expect(client.bucket.unreadable.size).toBe(0);
  });

  test.each(stores)("%s that is cancelled while it waits ends at once", async (_what, store) => {
    const { backend, client, etag, release } = await withCopy(options);
    const removing = backend.entries.deleteEntry("a", etag, "t");
    const stop = new AbortController();
    const storing = store(backend, stop.signal);
    storing.catch(() => undefined);
    await settle(20);
    const reason = new Error("nobody waits any more");
    stop.abort(reason);
    await expect(storing).rejects.toBe(reason);
    expect(client.count("write") + client.count("upload")).toBe(1);
    release();
    await removing;
  });
});

test("a removal that fails lets the write go, and another key never waited", async () => {
  const { backend, client, etag } = await withCopy();
  const { promise, reject } = Promise.withResolvers<never>();
  client.around = ({ op }, send) => (op === "delete" ? promise : send());
  const removing = backend.entries.deleteEntry("a", etag, "t");
  removing.catch(() => undefined);
  const storing = backend.entries.putEntry("a", entry(anew), "t");
  expect(await backend.entries.putEntry("b", entry(), "t")).toBeDefined();
  reject(new Error("lost"));
  await expect(removing).rejects.toThrow("lost");
  expect(await storing).toBe(etag);
});

test("the fill after a removal does not guess at the copy that went: one request", async () => {
  const { backend, client, etag, release } = await withCopy();
  release();
  await backend.entries.deleteEntry("a", etag, "t");
  client.requests.length = 0;
  await backend.entries.putEntry("a", entry(anew), "t", { if: "not-newer", asOf: anew });
  expect(client.requests).toEqual([`write ${name}`]);
});
