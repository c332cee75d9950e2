import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { toPosition, type LogRecord } from "@cogniverse/sdk";
import * as fc from "fast-check";
import { formatHead, parseHead, type HeadDocument } from "../../src/log/head-document.ts";
import { summarize } from "../../src/log/log-summary.ts";

const golden = readFileSync(new URL("../golden/log-head-1.json", import.meta.url));

const head: HeadDocument = {
  logId: "0123456789abcdef0123456789abcdef",
  revision: 7,
  position: toPosition(12),
  leaseMs: 5000,
  shortCut: {
    table: "0f1e2d",
    alone: [
      { session: "s1", leaving: false },
      { session: "s2", leaving: true },
    ],
  },
  snapshot: {
    name: "log/snapshots/0123/0000000001-ab.json",
    position: toPosition(11),
    generation: 1,
  },
  records: [
    {
      position: toPosition(11),
      tenantId: "acme",
      scope: { kind: "key", value: "a/b" },
      mode: "hard",
      at: 1,
      node: "n1",
      digest: "ab",
    },
    {
      position: toPosition(12),
      tenantId: "acme",
      scope: { kind: "tenant" },
      mode: "soft",
      at: 2.5,
      node: "n2",
      reason: "Straße",
    },
  ],
  batches: ["b1", "b2"],
};

describe("the head object", () => {
  test("has the form of the golden file, and is read from it", () => {
    expect(JSON.parse(new TextDecoder().decode(formatHead(head)))).toEqual(
      JSON.parse(golden.toString()),
    );
    expect(parseHead(golden)).toEqual(head);
  });

  test.each([
    ["no table", { table: undefined }],
    ["a table that is no text", { table: 1 }],
    ["nobody said to be alone, or not", { alone: undefined }],
    ["somebody without a name", { alone: [{ session: "", leaving: false }] }],
    ["somebody who may be leaving or not", { alone: [{ session: "s1" }] }],
    ["somebody who is nothing", { alone: [null] }],
  ])("with %s it is corrupt", (_name, change) => {
    const text = JSON.stringify({ ...JSON.parse(golden.toString()), ...change });
    expect(parseHead(new TextEncoder().encode(text))).toBe("corrupt");
  });

  test("cut anywhere it is corrupt, never another head", () => {
    const whole = formatHead(head);
    for (let length = 0; length < whole.byteLength; length++)
      expect(parseHead(whole.subarray(0, length))).toBe("corrupt");
  });
});

const record = fc
  .record({
    tenantId: fc.constantFrom("t", "u"),
    value: fc.constantFrom("a", "b"),
    mode: fc.constantFrom("hard" as const, "soft" as const),
    digest: fc.constantFrom(undefined, "1", "2", "3"),
  })
  .map(({ tenantId, value, mode, digest }) => ({
    tenantId,
    scope: { kind: "key" as const, value },
    mode,
    at: 0,
    node: "n",
    ...(digest === undefined ? {} : { digest }),
  }));

/** What a reader of the whole log knows, told the slow way. */
function meaning(records: readonly LogRecord[]): unknown {
  const of = Map.groupBy(records, (r) => `${r.tenantId} ${JSON.stringify(r.scope)}`);
  return [...of]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, own]) => {
      const last = own.at(-1);
      const lastOf = (mode: string) => own.findLast((r) => r.mode === mode)?.position;
      const other =
        last?.digest === undefined ? undefined : own.findLast((r) => r.digest !== last.digest);
      return [id, last, lastOf("hard"), lastOf("soft"), other?.position];
    });
}

test("a summary says what the whole log says, also one made of a summary and what followed", () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 40 }), fc.nat({ max: 40 }), (made, cut) => {
      const records = made.map((one, i) => ({ ...one, position: toPosition(i + 1) }));
      const summary = summarize([...summarize(records.slice(0, cut)), ...records.slice(cut)]);
      expect(meaning(summary)).toEqual(meaning(records));
      expect(summary).toEqual(summarize(records));
    }),
    { numRuns: 2000 },
  );
});
