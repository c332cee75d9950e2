import { describe, expect, test } from "@jest/globals";
import { CacheError, type CacheBackend } from "@cogniverse/sdk";
import { faultBackend, settle } from "@cogniverse/testkit";
import { ConfigError, diagnose } from "../../src/index.ts";
import { diagnoseOne, faultsOf } from "../support/diagnose-one.ts";
import { downModule } from "../support/fake-modules.ts";
import { wholeBackend } from "../support/streaming-backend.ts";

/** The doctor closes what it tried on; what is in it afterwards is still to be seen. */
function kept(): CacheBackend {
  const { [Symbol.asyncDispose]: _stays, ...backend } = wholeBackend();
  return backend;
}

const left = (backend: CacheBackend): Promise<readonly string[]> =>
  backend.listKeys("", "__doctor");

describe("diagnose", () => {
  test("tells which tier is the truth, what each does, and how fast", async () => {
    const diagnosis = await diagnoseOne(wholeBackend());
    expect(diagnosis.truth).toMatchObject({ tier: null });
    const [tier] = diagnosis.tiers;
    expect(tier?.findings.map(({ check }) => check)).toEqual([
      "write",
      "read",
      "torn read",
      "delete",
      "conditional write",
      "batch",
      "stream and range",
      "invalidation log",
      "latency",
    ]);
    for (const figures of [tier?.latency?.read, tier?.latency?.write]) {
      expect(figures?.calls).toBe(50);
      expect(figures?.p99Ms).toBeGreaterThanOrEqual(figures?.p50Ms ?? Infinity);
    }
  });

  test("writes under a tenant that no user can have, appends nothing, and leaves nothing", async () => {
    const backend = faultBackend(kept());
    await diagnoseOne(backend);
    const { calls } = backend.faults;
    const writes = calls.filter(({ op }) => op === "putEntry" || op === "putStream");
    expect(new Set(writes.map(({ tenantId }) => tenantId))).toEqual(new Set(["__doctor"]));
    for (const { key } of writes) expect(key).toMatch(/^doctor\/[\w-]+\//);
    expect(backend.faults.count("append")).toBe(0);
    expect(await left(backend)).toEqual([]);
  });

  test("leaves nothing after a failure in the middle", async () => {
    const backend = faultBackend(kept());
    backend.faults.fail("getEntries", {}, new CacheError("auth", "no"));
    expect(faultsOf(await diagnoseOne(backend))).toMatchObject([{ check: "batch" }]);
    expect(await left(backend)).toEqual([]);
  });

  test("leaves nothing when it is interrupted, not even a write that was under way", async () => {
    const backend = faultBackend(kept());
    const gate = backend.faults.pause("putEntry", { skip: 20, deaf: true });
    const interrupt = new AbortController();
    const diagnosing = diagnoseOne(backend, { signal: interrupt.signal });
    await gate.reached;
    const reason = new DOMException("Interrupted", "AbortError");
    const deletes = backend.faults.count("delete");
    interrupt.abort(reason);
    for (let turn = 0; turn < 3; turn++) await settle();
    // A delete now would come before the write that it is to undo.
    expect(backend.faults.count("delete")).toBe(deletes);
    gate.release();
    await expect(diagnosing).rejects.toBe(reason);
    expect(await left(backend)).toEqual([]);
  });

  test("says so where what it tried cannot be removed", async () => {
    const backend = faultBackend(kept());
    backend.faults.lose("delete", { times: Infinity });
    expect(faultsOf(await diagnoseOne(backend)).at(-1)).toMatchObject({
      check: "clean up",
      message: expect.stringMatching(/could not be removed; they expire/),
    });
  });

  test("does not try on where every call would only run into its limit", async () => {
    const backend = faultBackend(kept());
    backend.faults.fail("putEntry", { times: Infinity });
    const [tier] = (await diagnoseOne(backend)).tiers;
    expect(tier?.findings).toMatchObject([{ check: "write", level: "problem" }]);
  });

  test("tells of a tier that cannot be started, and goes on with the others", async () => {
    const near = { backend: "memory" };
    const diagnosis = await diagnose({
      config: { caching: { tiers: { near, far: { backend: "far" } } } },
      backends: { far: downModule("far") },
    });
    expect(diagnosis.ok).toBe(false);
    expect(diagnosis.tiers).toMatchObject([
      { tier: "near", state: "up" },
      {
        tier: "far",
        state: "down",
        findings: [{ check: "start", message: "connect ECONNREFUSED far" }],
      },
    ]);
  });

  test("a slow tier is warned of, by what its place usually takes", async () => {
    const backend = faultBackend(kept());
    backend.faults.intercept("getEntry", () => new Promise((done) => setTimeout(done, 8)));
    const diagnosis = await diagnoseOne(backend);
    expect(diagnosis.ok).toBe(true);
    expect(faultsOf(diagnosis)).toMatchObject([{ check: "latency", level: "warning" }]);
  });

  test("throws only for a wrong configuration", async () => {
    const config = { caching: { tiers: { only: { backend: "valky" } } } };
    await expect(diagnose({ config })).rejects.toBeInstanceOf(ConfigError);
  });

  test("tells each step before it is taken", async () => {
    const steps: string[] = [];
    await diagnoseOne(wholeBackend(), {
      onStep: ({ tier, check }) => steps.push(`${tier}:${check}`),
    });
    expect(steps.slice(0, 3)).toEqual([":servers", "only:start", "only:write"]);
    expect(steps.at(-1)).toBe("only:clean up");
  });
});

describe("what a server tells of itself", () => {
  const examined = (clockOffsetMs: number) =>
    diagnoseOne(wholeBackend(), {
      examine: async () => ({
        server: "fake 1.0",
        clockOffsetMs,
        findings: [{ check: "permission s3:PutObject", level: "problem", message: "missing" }],
        changes: [{ what: "lifecycle rule x", action: "add", after: "30 days" }],
      }),
    });

  test("permissions, drift and version are passed on", async () => {
    const diagnosis = await examined(10);
    expect(diagnosis.ok).toBe(false);
    expect(diagnosis.tiers[0]).toMatchObject({
      server: "fake 1.0",
      clockOffsetMs: 10,
      changes: [{ what: "lifecycle rule x" }],
    });
    expect(faultsOf(diagnosis)).toMatchObject([
      { check: "permission s3:PutObject", level: "problem" },
      { check: "drift", level: "warning" },
    ]);
  });

  test.each([
    [900, "ok", "0.9 s ahead of ours"],
    [-900, "ok", "0.9 s behind ours"],
    [1500, "warning", "1.5 s ahead of ours"],
    [-90_000, "warning", "90.0 s behind ours"],
  ])("a clock that is %i ms off is %s", async (offset, level, words) => {
    const [tier] = (await examined(offset)).tiers;
    const clock = tier?.findings.find(({ check }) => check === "clock");
    expect(clock).toMatchObject({ level, message: expect.stringContaining(words) });
  });

  test("one that does not answer is a problem", async () => {
    const diagnosis = await diagnoseOne(wholeBackend(), {
      limitMs: 20,
      examine: () => Promise.withResolvers<never>().promise,
    });
    expect(faultsOf(diagnosis)).toMatchObject([
      { check: "server", level: "problem", message: expect.stringContaining("within 20 ms") },
    ]);
  });
});
