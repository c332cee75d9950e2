import { equal, ok, rejects } from "node:assert/strict";
import { CacheError, type Entry } from "@cogniverse/sdk";
import { formatMetadata } from "@cogniverse/sdk/frame";
import { seededRandom } from "../seeded-random.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import { checkBytes, entriesOf, readEntry, sampleBytes, sampleEntry } from "./samples.ts";

const TAKEN_WITHOUT_LIMIT = 65_536;

/** How much metadata there may be. */
export function metadataRules(rule: Rule, { metadataLimitBytes }: ResolvedContract): void {
  const taken = metadataLimitBytes ?? TAKEN_WITHOUT_LIMIT;

  rule(`metadata of ${taken} characters comes back as it was`, async ({ backend }) => {
    const entry = entryWith(taken);
    equal(typeof (await entriesOf(backend).putEntry("a", entry, "t")), "string");
    const read = await readEntry(backend, "a", "t");
    // Compared as text: a diff of objects of this size says less.
    equal(read && formatMetadata(read.metadata), formatMetadata(entry.metadata));
    checkBytes(read?.data, entry.data);
  });

  if (metadataLimitBytes === undefined) return;
  rule(
    "metadata above the limit is refused with `too_large`, and spares the copy before it",
    async ({ backend }) => {
      const above = entryWith(2 * metadataLimitBytes);
      const put = (key: string): Promise<unknown> => entriesOf(backend).putEntry(key, above, "t");
      const plain = (key: string): Promise<unknown> =>
        backend.put(key, sampleBytes(7), "t", above.metadata.user);
      await backend.put("before", sampleBytes(5), "t");
      for (const refused of [put, plain])
        for (const key of ["before", "new"]) await rejects(() => refused(key), isTooLarge);
      checkBytes(await backend.get("before", "t"), sampleBytes(5));
      equal(await backend.exists("new", "t"), false);
    },
  );
}

/** An entry whose metadata has that many characters, of which no compression makes fewer. */
function entryWith(characters: number): Entry {
  const data = sampleBytes(20);
  const bare = formatMetadata(sampleEntry(data, { user: { note: "" } }).metadata).length;
  ok(characters > bare, `an entry needs ${bare} characters of metadata at the least`);
  const note = noise(characters - bare);
  const entry = sampleEntry(data, { user: { note } });
  equal(formatMetadata(entry.metadata).length, characters);
  return entry;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function noise(length: number): string {
  const random = seededRandom(length);
  return Array.from({ length }, () => LETTERS.charAt(Math.floor(random.next() * 64))).join("");
}

function isTooLarge(error: unknown): boolean {
  return CacheError.isInstance(error) && error.code === "too_large" && !error.retryable;
}
