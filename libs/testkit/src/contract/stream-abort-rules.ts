import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { Bytes } from "@cogniverse/sdk";
import type { BackendFixture } from "./backend-fixture.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import { checkBytes, sampleBytes } from "./samples.ts";
import { CHUNK, chunks, metadata, putWhole, read, streamsOf, whole } from "./stream-samples.ts";

/** More than the connections that a client keeps to one server. */
const LEFT_EARLY = 70;

/** Streams that end before their end, on either side. */
export function streamAbortRules(rule: Rule, { can }: ResolvedContract): void {
  rule("a body that breaks is never visible, and spares the copy before it", async (f) => {
    const put = (): Promise<unknown> =>
      streamsOf(f.backend).putStream("a", breaking(), () => metadata, "t");
    await rejects(put(), /the source broke/);
    equal(await f.backend.exists("a", "t"), false);
    deepEqual(await f.backend.listKeys("", "t"), []);
    await f.backend.put("a", sampleBytes(7), "t");
    await rejects(put(), /the source broke/);
    checkBytes(await f.backend.get("a", "t"), sampleBytes(7));
  });

  rule("an abort half-way ends a write, and leaves nothing visible", async ({ backend }) => {
    const controller = new AbortController();
    const reason = new Error("nobody waits any more");
    const body = abortedAfter(5, () => controller.abort(reason));
    const call = { signal: controller.signal };
    const put = streamsOf(backend).putStream("a", body, () => metadata, "t", call);
    await rejects(put, (error) => error === reason);
    equal(await backend.exists("a", "t"), false);
    await putWhole(backend);
    checkBytes(await read(backend), whole);
  });

  rule("an abort half-way ends a read, with the signal's reason", async ({ backend }) => {
    await putWhole(backend);
    const controller = new AbortController();
    const reason = new Error("nobody waits any more");
    const call = { signal: controller.signal };
    const stream = await streamsOf(backend).getStream("a", "t", undefined, call);
    let bytes = 0;
    const reading = async (): Promise<void> => {
      for await (const chunk of stream?.body ?? []) {
        bytes += chunk.byteLength;
        controller.abort(reason);
      }
    };
    await rejects(reading(), (error) => error === reason);
    ok(bytes > 0 && bytes < whole.byteLength, `${bytes} bytes came`);
    checkBytes(await read(backend), whole);
  });

  rule(`streams can be left early, ${LEFT_EARLY} and more of them`, async ({ backend }) => {
    await putWhole(backend);
    for (let i = 0; i < LEFT_EARLY; i++) {
      const stream = await streamsOf(backend).getStream("a", "t");
      for await (const chunk of stream?.body ?? []) {
        ok(chunk.byteLength > 0);
        break;
      }
    }
    checkBytes(await read(backend), whole);
    equal(await backend.delete("a", "t"), true);
  });

  if (can("leftovers"))
    rule("a write that broke or was aborted leaves no rest in the storage", leavesNothing);
}

async function leavesNothing(fixture: BackendFixture): Promise<void> {
  const { backend } = fixture;
  const before = await fixture.leftovers?.();
  const seal = (): typeof metadata => metadata;
  await rejects(streamsOf(backend).putStream("a", breaking(), seal, "t"), /the source broke/);
  const controller = new AbortController();
  const body = abortedAfter(5, () => controller.abort());
  const { signal } = controller;
  await rejects(streamsOf(backend).putStream("a", body, seal, "t", { signal }));
  deepEqual(await fixture.leftovers?.(), before);
}

function breaking(): AsyncGenerator<Bytes> {
  return chunks(5, () => {
    throw new Error("the source broke");
  });
}

/** Aborts after so many chunks, and then waits for ever: only the signal ends it. */
function abortedAfter(count: number, abort: () => void): AsyncIterable<Bytes> {
  let given = 0;
  const ended = Promise.withResolvers<IteratorResult<Bytes>>();
  const end = { done: true, value: undefined } as const;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        if (given === count) {
          abort();
          return ended.promise;
        }
        const at = given++ * CHUNK;
        return Promise.resolve({ done: false, value: whole.slice(at, at + CHUNK) });
      },
      return: () => {
        ended.resolve(end);
        return Promise.resolve(end);
      },
    }),
  };
}
