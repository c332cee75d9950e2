import { describe, expect, test } from "@jest/globals";
import { toPosition, type Entry, type EntryMetadata } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { ObjectLayout } from "../../src/index.ts";
import { MemoryClient } from "../memory-bucket.ts";
import { metadataOf, openTier } from "../surroundings.ts";

const name = new ObjectLayout().entry("t", "a");

function entry(text: string, given: Partial<EntryMetadata> = {}): Entry {
  return { data: new TextEncoder().encode(text), metadata: metadataOf(given) };
}

function notNewer(asOf: number) {
  return { if: "not-newer", asOf: toPosition(asOf) } as const;
}

function textOf(client: MemoryClient): string {
  return new TextDecoder().decode(client.bucket.objects.get(name)?.data);
}

describe("requests", () => {
  test("a read is one GET, a miss too, and a fill one PUT", async () => {
    const { backend, client } = openTier();
    expect(await backend.entries.getEntry("a", "t")).toBeUndefined();
    await backend.entries.putEntry("a", entry("x"), "t", notNewer(5));
    await backend.entries.getEntry("a", "t");
    expect(client.requests).toEqual([`read ${name}`, `write ${name}`, `read ${name}`]);
  });

  test("a write after a read that met a copy names its etag at once", async () => {
    const { backend, client } = openTier();
    await backend.entries.putEntry("a", entry("old"), "t");
    const second = openTier({}, new MemoryClient(client.bucket));
    await second.backend.entries.getEntry("a", "t");
    await second.backend.entries.putEntry("a", entry("new"), "t", notNewer(5));
    expect(second.client.requests).toEqual([`read ${name}`, `write ${name}`]);
    expect(textOf(client)).toBe("new");
  });

  test("a write that was expected names the copy of another process at once, whatever was remembered", async () => {
    const { backend, client } = openTier();
    await backend.entries.putEntry("a", entry("old"), "t");
    const second = openTier({}, new MemoryClient(client.bucket));
    await second.backend.entries.putEntry("a", entry("another's"), "t", notNewer(4));
    client.requests.length = 0;
    await backend.entries.expectPut?.("a", "t");
    await backend.entries.putEntry("a", entry("new"), "t", notNewer(5));
    expect(client.requests).toEqual([`head ${name}`, `write ${name}`]);
    expect(textOf(client)).toBe("new");
  });

  test("an expected write where the copy is gone by now takes one request too", async () => {
    const { backend, client } = openTier();
    await backend.entries.putEntry("a", entry("old"), "t");
    client.bucket.objects.delete(name);
    client.requests.length = 0;
    await backend.entries.expectPut?.("a", "t");
    await backend.entries.putEntry("a", entry("new"), "t", notNewer(5));
    expect(client.requests).toEqual([`head ${name}`, `write ${name}`]);
  });

  test("what is remembered of a copy is a guess: another's later one stays", async () => {
    const { backend, client } = openTier();
    await backend.entries.putEntry("a", entry("old"), "t");
    const second = openTier({}, new MemoryClient(client.bucket));
    await second.backend.entries.putEntry(
      "a",
      entry("later", { asOf: toPosition(9) }),
      "t",
      notNewer(9),
    );
    expect(await backend.entries.putEntry("a", entry("late"), "t", notNewer(6))).toBeUndefined();
    expect(textOf(client)).toBe("later");
  });

  test("a batch asks at most so many at once, and one failure stays in its place", async () => {
    const { backend, client } = openTier({ concurrency: 4 });
    let [running, most] = [0, 0];
    client.around = async ({ op, name: asked }, send) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      if (asked.endsWith("/k7"))
        throw Object.assign(new Error(), { brand: "cogniverse.cache.error" });
      return op === "read" ? undefined : send();
    };
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
    const answers = await backend.batch.getEntries(keys, "t");
    expect(answers.findIndex((answer) => answer !== undefined)).toBe(7);
    expect([answers.length, most]).toEqual([40, 4]);
  });
});

describe("what stands in the way of a fill", () => {
  const cases: readonly (readonly [string, Partial<EntryMetadata>, boolean])[] = [
    ["a later copy", { asOf: toPosition(9) }, false],
    ["an equal one", { asOf: toPosition(5) }, true],
    ["a later one of another log", { asOf: toPosition(9), logId: "other" }, true],
    ["a later one that has expired", { asOf: toPosition(9), expiresAt: 1 }, true],
  ];

  test.each(cases)("%s", async (_what, there, replaced) => {
    const { backend, client } = openTier();
    await openTier({}, new MemoryClient(client.bucket)).backend.entries.putEntry(
      "a",
      entry("old", there),
      "t",
    );
    const etag = await backend.entries.putEntry("a", entry("new"), "t", notNewer(5));
    expect(etag !== undefined).toBe(replaced);
    expect(textOf(client)).toBe(replaced ? "new" : "old");
  });

  test.each([
    ["foreign", {}, false, false],
    ["unsupported", { "cog-v": "2-x" }, true, false],
    ["corrupt", { "cog-v": "1-x" }, true, true],
  ] as const)("a copy that is %s", async (_what, metadata, fills, absent) => {
    const { backend, client } = openTier();
    const write = { headers: { contentType: "text/plain", metadata } };
    client.bucket.set(name, new Uint8Array(1), write);
    const put = (condition: Parameters<typeof backend.entries.putEntry>[3]) =>
      backend.entries.putEntry("a", entry("new"), "t", condition);
    expect((await put({ if: "absent" })) !== undefined).toBe(absent);
    client.bucket.set(name, new Uint8Array(1), write);
    expect((await put(notNewer(5))) !== undefined).toBe(fills);
  });

  test("another's write between look and write: looked at anew", async () => {
    const { backend, client } = openTier();
    const second = openTier({}, new MemoryClient(client.bucket)).backend;
    await second.entries.putEntry("a", entry("old"), "t");
    client.around = async ({ op }, send) => {
      if (op !== "head") return send();
      client.around = (_request, next) => next();
      const found = send();
      await second.entries.putEntry("a", entry("later", { asOf: toPosition(8) }), "t");
      return found;
    };
    expect(await backend.entries.putEntry("a", entry("new"), "t", notNewer(6))).toBeUndefined();
    expect(textOf(client)).toBe("later");
  });

  test("a store that refuses without a reason is not asked for ever", async () => {
    const { backend, client, context } = openTier();
    client.around = ({ op }, send) => (op === "write" ? undefined : send());
    const put = backend.entries.putEntry("a", entry("new"), "t", notNewer(5));
    put.catch(() => undefined);
    for (let i = 0; i < 20; i++) await context.clock.advanceAndSettle(1000);
    await expect(put).rejects.toMatchObject({ code: "throttled", retryable: true });
  });
});

describe("damage", () => {
  test("a damaged copy is dropped behind the read, only while it is that one", async () => {
    const { backend, client, context } = openTier();
    const metadata = { "cog-v": "1-x" };
    const write = { headers: { contentType: "text/plain", metadata } };
    const spoil = (text: string) => client.bucket.set(name, new TextEncoder().encode(text), write);
    spoil("bad");
    expect(await backend.entries.getEntry("a", "t")).toEqual({ unreadable: "corrupt" });
    await settle(10);
    expect(client.bucket.objects.has(name)).toBe(false);
    spoil("bad");
    client.around = ({ op }, send) => {
      if (op === "delete") spoil("anew");
      return send();
    };
    await backend.entries.getEntry("a", "t");
    await backend[Symbol.asyncDispose]();
    expect(textOf(client)).toBe("anew");
    expect(context.logger.lines.map(({ level }) => level)).toEqual(["warn", "warn"]);
  });

  test("bytes that are not what their checksum says are dropped", async () => {
    const { backend, client } = openTier();
    await backend.entries.putEntry("a", entry("x"), "t");
    client.bucket.unreadable.set(name, "corrupt");
    expect(await backend.entries.getEntry("a", "t")).toEqual({ unreadable: "corrupt" });
    await backend[Symbol.asyncDispose]();
    expect(client.bucket.objects.has(name)).toBe(false);
  });

  test("an archived copy is a miss of that cause, told once a read, and kept", async () => {
    const told: string[] = [];
    const { backend, client } = openTier({ archived: (which) => told.push(which) });
    await backend.entries.putEntry("a", entry("x"), "t");
    client.bucket.unreadable.set(name, "archived");
    expect(await backend.entries.getEntry("a", "t")).toEqual({ unreadable: "archived" });
    expect(await backend.streams.getStream("a", "t")).toBeUndefined();
    expect(told).toEqual([name, name]);
    expect(client.bucket.objects.has(name)).toBe(true);
  });
});

test("an entry is written with the class that its key and size are to have", async () => {
  const asked: unknown[] = [];
  const { backend, client } = openTier({
    storageClassFor: (key, bytes) => {
      asked.push([key, bytes]);
      return "GLACIER_IR";
    },
  });
  await backend.entries.putEntry("a", entry("xyz"), "t");
  expect(client.bucket.objects.get(name)?.storageClass).toBe("GLACIER_IR");
  await backend.streams.putStream("s", (async function* () {})(), () => metadataOf(), "t");
  expect(asked).toEqual([
    ["a", 3],
    ["s", undefined],
  ]);
});
