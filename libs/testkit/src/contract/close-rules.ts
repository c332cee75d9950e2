import { deepEqual, equal, rejects } from "node:assert/strict";
import { CacheError } from "@cogniverse/sdk";
import { callsOf } from "./calls.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import { checkBytes, sampleBytes } from "./samples.ts";

/** Aborting, closing and opening again. */
export function closeRules(rule: Rule, { can, closes, tickMs }: ResolvedContract): void {
  rule("a call whose signal has aborted rejects with its reason and does nothing", async (f) => {
    await f.backend.put("a", sampleBytes(1), "t");
    const reason = new Error("nobody waits any more");
    const call = { signal: AbortSignal.abort(reason) };
    for (const [name, run] of callsOf(f.backend, call))
      await rejects(run, (error) => error === reason, name);
    checkBytes(await f.backend.get("a", "t"), sampleBytes(1));
    deepEqual(await f.backend.listKeys("", "t"), ["a"]);
  });

  rule("an abort in mid-call ends the call, one way or the other", async (f) => {
    const controller = new AbortController();
    const reason = new Error("nobody waits any more");
    const running = callsOf(f.backend, { signal: controller.signal }).map(([, run]) => run());
    controller.abort(reason);
    for (const result of await Promise.allSettled(running))
      if (result.status === "rejected") equal(result.reason, reason);
    equal(await f.backend.put("b", sampleBytes(1), "t"), true);
  });

  if (closes) closedRules(rule);
  if (!can("reopen")) return;
  rule("a backend opened again holds what it held", async (f) => {
    if (f.reopen === undefined) return;
    await f.backend.put("small", sampleBytes(10), "t");
    await f.backend.put("large", sampleBytes(500_000), "t", undefined, (3 * tickMs) / 1000);
    await f.backend.put("deleted", sampleBytes(10), "t");
    await f.backend.delete("deleted", "t");
    await f.backend[Symbol.asyncDispose]?.();
    const again = await f.reopen();
    deepEqual(await again.listKeys("", "t"), ["large", "small"]);
    checkBytes(await again.get("large", "t"), sampleBytes(500_000));
    await f.advance(3.5 * tickMs);
    deepEqual(await again.listKeys("", "t"), ["small"]);
    await again[Symbol.asyncDispose]?.();
  });
}

function closedRules(rule: Rule): void {
  rule(
    "close can be called twice, and what is called after it rejects with `closed`",
    async (f) => {
      const close = async (): Promise<void> => f.backend[Symbol.asyncDispose]?.();
      await f.backend.put("a", sampleBytes(1), "t");
      await Promise.all([close(), close()]);
      await close();
      for (const [name, run] of callsOf(f.backend, {}))
        await rejects(
          run,
          (error) => CacheError.isInstance(error) && error.code === "closed",
          name,
        );
    },
  );

  rule("close waits for the writes before it", async (f) => {
    const sent = Array.from({ length: 20 }, (_, i) =>
      f.backend.put(`k/${i}`, sampleBytes(100_000, i), "t"),
    );
    await f.backend[Symbol.asyncDispose]?.();
    for (const result of await Promise.allSettled(sent))
      if (result.status === "rejected") equal(codeOf(result.reason), "closed");
  });
}

function codeOf(error: unknown): unknown {
  return CacheError.isInstance(error) ? error.code : error;
}
