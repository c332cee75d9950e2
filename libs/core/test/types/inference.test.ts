import { expect, test } from "@jest/globals";
import {
  type CacheManager,
  defineKeyType,
  jsonCodec,
  keys,
  type Json,
  type NdArrays,
} from "@cogniverse/core";
import type { Bytes, Key, ReadInfo, TenantCache } from "@cogniverse/sdk";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** Compiles only where both types are the same. */
const same = <A, B>(_is: Same<A, B>): void => undefined;
/** Compiles only where the promise is of exactly this type. */
const gives = <R>(_promise: Promise<R>) => ({ of: <E>(_is: Same<R, E>): void => undefined });

interface Note {
  readonly n: number;
}
const note = defineKeyType("notes/{user}/{id}.json", jsonCodec<Note>());

/** Never run: it has to compile, and each line marked as an error has to be one. */
async function compiles(cache: CacheManager, acme: TenantCache): Promise<void> {
  const key = note({ user: "u", id: 1 });
  same<typeof key, Key<Note>>(true);
  gives(acme.getOrCompute(key, () => ({ n: 1 }))).of<Note>(true);
  gives(acme.getOrCompute(key, async () => ({ n: 1 }))).of<Note>(true);
  gives(acme.get(key)).of<Note | undefined>(true);
  gives(acme.getWithInfo(key)).of<ReadInfo<Note>>(true);
  gives(acme.getOrCompute("any/text", () => ({ made: 1 }))).of<{ made: number }>(true);
  gives(acme.get("any/text")).of<unknown>(true);
  gives(cache.getOrCompute(key, "acme", () => ({ n: 1 }))).of<Note>(true);
  gives(cache.getOrCompute("any/text", "acme", async () => [1])).of<number[]>(true);
  gives(cache.get(key, "acme")).of<Note | undefined>(true);
  gives(cache.get("any/text", "acme")).of<unknown>(true);
  gives(cache.forTenant("acme").get(key)).of<Note | undefined>(true);
  gives(acme.get(keys.frame({ video: "v", timestamp: 1 }))).of<Bytes | undefined>(true);
  gives(acme.get(keys.transcription({ video: "v" }))).of<Json | undefined>(true);
  gives(acme.get(keys.embeddingChunk({ model: "m", video: "v", chunk: 1 }))).of<
    NdArrays | undefined
  >(true);

  // @ts-expect-error the check itself tells types apart
  same<string | undefined, string>(true);
  // @ts-expect-error a parameter is missing
  note({ user: "u" });
  // @ts-expect-error a parameter is none of the template's
  note({ user: "u", id: 1, more: 2 });
  // @ts-expect-error a parameter is text or a number
  note({ user: "u", id: true });
  // @ts-expect-error the compute makes something else
  await acme.getOrCompute(key, () => ({ m: 1 }));
  // @ts-expect-error undefined is the miss
  await acme.getOrCompute("any/text", () => undefined);
  // @ts-expect-error the value is of another type
  await acme.put(key, "text");
  // @ts-expect-error undefined is the miss
  await cache.put("any/text", undefined, "acme");
  // @ts-expect-error the predicate is for the key's values
  await acme.getOrCompute(key, () => ({ n: 1 }), { shouldCache: (value: string) => value !== "" });
  // @ts-expect-error no call works without a tenant
  await cache.get(key);
  // @ts-expect-error an option that is none
  await acme.get(key, { hott: true });
  await acme.getOrCompute(key, () => ({ n: 1 }), { shouldCache: ({ n }) => n > 0 });
}

test("the types above compile as they say", () => {
  expect(compiles).toBeInstanceOf(Function);
});
