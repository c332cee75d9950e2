import { equal, ok } from "node:assert/strict";
import type { Bytes, CacheBackend } from "@cogniverse/sdk";
import { settle } from "../settle.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import { entriesOf, readEntry, sampleEntry } from "./samples.ts";

const WRITERS = 64;
/** Some values small, some larger than backends keep beside their index. */
const lengthOf = (writer: number): number => (writer % 2 === 0 ? 500 + writer : 200_000 + writer);

/** 64 writers and 64 readers of one key. */
export function concurrencyRules(rule: Rule, { has }: ResolvedContract): void {
  rule("readers among 64 writers see one whole value or another", async ({ backend }) => {
    await backend.put("a", whole(0), "t");
    const writes = numbers().map((n) => backend.put("a", whole(n), "t"));
    for (const bytes of await readInWaves(() => backend.get("a", "t"))) checkWhole(bytes);
    ok((await Promise.all(writes)).every((done) => done));
    checkWhole(await backend.get("a", "t"));
  });

  rule("64 tenants at once keep their own", async ({ backend }) => {
    await Promise.all(numbers().map((n) => backend.put("a", whole(n), `t${n}`)));
    const read = await Promise.all(numbers().map((n) => backend.get("a", `t${n}`)));
    read.forEach((bytes, n) => equal(checkWhole(bytes), n));
  });

  rule("writers and deleters of one key leave one value or none", async ({ backend }) => {
    await Promise.all(
      numbers().map((n) =>
        n % 3 === 0 ? backend.delete("a", "t") : backend.put("a", whole(n), "t"),
      ),
    );
    const left = await backend.get("a", "t");
    equal(await backend.exists("a", "t"), left !== undefined);
    if (left !== undefined) checkWhole(left);
    equal((await backend.listKeys("", "t")).length, left === undefined ? 0 : 1);
  });

  if (has("entries"))
    rule("data and metadata of an entry are never of two writers", ({ backend }) =>
      mixedPairs(backend),
    );
}

async function mixedPairs(backend: CacheBackend): Promise<void> {
  const put = (n: number): Promise<string | undefined> =>
    entriesOf(backend).putEntry("a", sampleEntry(whole(n), { user: { writer: `${n}` } }), "t");
  await put(0);
  const writes = numbers().map(put);
  const reads = await readInWaves(() => readEntry(backend, "a", "t"));
  for (const entry of [...reads, await readEntry(backend, "a", "t")]) {
    const writer = checkWhole(entry?.data);
    equal(entry?.metadata.user["writer"], `${writer}`);
    equal(entry?.metadata.decodedBytes, lengthOf(writer));
  }
  equal((await Promise.all(writes)).filter((etag) => etag === undefined).length, 0);
}

/** 64 reads, eight at a time with a turn of the event loop between them, so that writes land in the midst. */
async function readInWaves<R>(read: () => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  for (let wave = 0; wave < 8; wave++) {
    answers.push(...(await Promise.all(Array.from({ length: 8 }, read))));
    await settle(1);
  }
  return answers;
}

function numbers(): number[] {
  return Array.from({ length: WRITERS }, (_, n) => n);
}

function whole(writer: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(lengthOf(writer)).fill(writer);
}

/** Which writer's value this is. */
function checkWhole(bytes: Bytes | undefined): number {
  ok(bytes !== undefined, "the value is missing");
  const writer = bytes[0] ?? -1;
  equal(bytes.byteLength, lengthOf(writer));
  ok(
    bytes.every((byte) => byte === writer),
    "the value is of two writers",
  );
  return writer;
}
