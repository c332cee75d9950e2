import { describe, expect, test } from "@jest/globals";
import { plainCalls, type Entry, type UnreadableCopy } from "@cogniverse/sdk";

const clock = { now: () => 1000 };

/** Entries in a map; `refuses`: as at a limit. */
function calls({ defaultTtl = 60, refuses = false }: { defaultTtl?: number; refuses?: boolean }) {
  const stored = new Map<string, Entry | UnreadableCopy>();
  const of = (key: string, tenantId: string): string => JSON.stringify([tenantId, key]);
  const plain = plainCalls(
    {
      async getEntry(key, tenantId) {
        const found = stored.get(of(key, tenantId));
        return found === undefined || "unreadable" in found ? found : { ...found, etag: "1" };
      },
      async putEntry(key, entry, tenantId) {
        if (refuses) return undefined;
        stored.set(of(key, tenantId), entry);
        return "1";
      },
    },
    { clock, defaultTtl },
  );
  return { ...plain, stored };
}

describe("plainCalls", () => {
  test("what was put is got back, by the same tenant", async () => {
    const { get, put } = calls({});
    expect(await put("a", Uint8Array.of(1), "t", { by: "hand" })).toBe(true);
    expect(await get("a", "t")).toEqual(Uint8Array.of(1));
    expect(await get("a", "other")).toBeUndefined();
  });

  test.each([
    ["left out: the backend's own", undefined, 61_000],
    ["null: for ever", null, null],
    ["seconds", 2, 3000],
  ])("a ttl that is %s", async (_, ttl, expiresAt) => {
    const { put, stored } = calls({});
    await put("a", Uint8Array.of(1), "t", { by: "hand" }, ttl);
    expect([...stored.values()]).toMatchObject([{ metadata: { expiresAt, user: { by: "hand" } } }]);
  });

  test("a refused write is false, an unreadable copy is absent", async () => {
    const refusing = calls({ refuses: true });
    expect(await refusing.put("a", Uint8Array.of(1), "t")).toBe(false);
    const { get, stored } = calls({});
    stored.set(JSON.stringify(["t", "a"]), { unreadable: "corrupt" });
    expect(await get("a", "t")).toBeUndefined();
  });
});
