import { expect, test } from "@jest/globals";
import { bytesCodec, CacheManager, defineKeyType, keys } from "@cogniverse/core";
import { entryBackend } from "@cogniverse/testkit";

const thumbnail = defineKeyType("frames/{clip}/thumbnails/{n}.jpg", bytesCodec, { version: 2 });
const description = defineKeyType("descriptions/{video}/text", bytesCodec);
const bytes = Uint8Array.of(1);

test("an invalidated video takes all of its artefacts along, whatever their model, version and template, and nothing of another", async () => {
  const cache = new CacheManager({
    tiers: [{ name: "a", backend: entryBackend() }],
    keyTypes: [description],
  });
  const acme = cache.forTenant("acme");
  const of = (video: string): readonly string[] => [
    `frames/${video}/notes.txt`,
    `frames@7/${video}/deep/er/file`,
    `transcriptions/${video}/words.bin`,
    `embeddings/m1/${video}/unheard-of`,
    `embeddings@3/m2/${video}/x/y`,
    thumbnail({ clip: video, n: 1 }).path,
    description({ video }).path,
    description({ video: `${video}@720p` }).path,
  ];
  for (const key of [...of("v1"), ...of("v2")]) await acme.put(key, bytes);
  await acme.put(keys.transcription({ video: "v1" }), { text: "hello" });
  const search = keys.searchResults({ queryHash: "q", strategy: "text" });
  await acme.getOrCompute(
    search,
    async () => (await acme.get(keys.transcription({ video: "v1" }))) ?? null,
  );
  await acme.invalidateVideo("v1");
  for (const key of of("v1")) expect([key, await acme.get(key)]).toEqual([key, undefined]);
  for (const key of of("v2")) expect([key, await acme.get(key)]).toEqual([key, bytes]);
  expect(await acme.get(search)).toBeUndefined();
  await cache.close();
});
