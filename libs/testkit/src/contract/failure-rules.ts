import { equal, ok } from "node:assert/strict";
import { type CacheBackend, CacheError } from "@cogniverse/sdk";
import { settle } from "../settle.ts";
import { callsOf } from "./calls.ts";
import {
  EXPECTED_ERRORS,
  type FailingFixture,
  type FailureKind,
  FAILURE_KINDS,
} from "./failing-fixture.ts";
import type { ResolvedContract } from "./rule.ts";
import type { RuleBook } from "./rule-book.ts";
import { sampleBytes } from "./samples.ts";
import { checkSecrets } from "./secrets.ts";

/** How failures of the server show. */
export function failureRules(book: RuleBook, { failures }: ResolvedContract): void {
  for (const kind of FAILURE_KINDS) {
    const make = failures[kind];
    if (make === undefined) continue;
    const { codes, retryable } = EXPECTED_ERRORS[kind];
    const shown = codes.map((code) => `\`${code}\``).join(" or ");
    const name = `${kind}: every call rejects with ${shown}, ${retryable ? "" : "not "}to be tried again, without a secret`;
    if (kind === "large")
      book.add(`${kind}: a put is refused, and without a secret`, make, refuses);
    else book.add(name, make, (fixture) => rejectsAll(fixture, kind));
    if (kind === "silent") silentRules(book, make);
  }
}

/** getStats may answer from figures that are at hand; nothing else may answer at all. */
async function rejectsAll(fixture: FailingFixture, kind: FailureKind): Promise<void> {
  const { codes, retryable } = EXPECTED_ERRORS[kind];
  const calls = callsOf(fixture.backend, {});
  const results = await Promise.allSettled(calls.map(([, run]) => run()));
  results.forEach((result, i) => {
    const call = calls[i]?.[0] ?? "";
    if (result.status === "fulfilled") {
      ok(call === "getStats", `${call} answers ${String(result.value)} instead of rejecting`);
      return;
    }
    const error: unknown = result.reason;
    ok(CacheError.isInstance(error), `${call} rejects with ${String(error)}`);
    ok(codes.includes(error.code), `${call} rejects with \`${error.code}\`: ${error.message}`);
    equal(error.retryable, retryable, `${call}: \`retryable\` of ${error.message}`);
    checkSecrets(error, fixture.secrets ?? [], call);
  });
}

/** By policy (`false`) or with an error; never stored, and never to be tried again. */
async function refuses(fixture: FailingFixture): Promise<void> {
  const { backend, valueBytes, secrets = [] } = fixture;
  ok(valueBytes !== undefined, "the fixture of `large` says `valueBytes`");
  await backend.put("a", sampleBytes(3), "t");
  const answer = await backend.put("a", sampleBytes(valueBytes), "t").catch((e: unknown) => e);
  if (answer !== false) {
    ok(CacheError.isInstance(answer), `put answers ${String(answer)}`);
    equal(answer.code, "too_large");
    equal(answer.retryable, false);
    checkSecrets(answer, secrets, "put");
  }
  equal((await backend.get("a", "t"))?.byteLength, 3);
}

function silentRules(book: RuleBook, make: () => Promise<FailingFixture> | FailingFixture): void {
  book.add(
    "silent: an abort ends every call at once, with the signal's reason",
    make,
    async ({ backend }) => {
      const reason = new Error("nobody waits any more");
      const controller = new AbortController();
      const calls = callsOf(backend, { signal: controller.signal });
      const running = calls.map(([, run]) => run());
      const ended = Promise.allSettled(running);
      await settle(20);
      controller.abort(reason);
      (await ended).forEach((result, i) => {
        const call = calls[i]?.[0] ?? "";
        if (result.status === "fulfilled") equal(call, "getStats", `${call} answers`);
        else equal(result.reason, reason, `${call} rejects with ${String(result.reason)}`);
      });
    },
  );

  book.add("silent: close ends, and what still waits rejects", make, async ({ backend }) => {
    const waiting: Promise<unknown> = closing(backend);
    await backend[Symbol.asyncDispose]?.();
    const error = await waiting;
    ok(CacheError.isInstance(error), `get ends with ${String(error)}`);
    ok(error.code === "closed" || error.code === "timeout", `get ends with \`${error.code}\``);
  });
}

async function closing(backend: CacheBackend): Promise<unknown> {
  return backend.get("a", "t").catch((error: unknown) => error);
}
