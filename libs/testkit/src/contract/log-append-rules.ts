import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type NewRecord, type Scope, START } from "@cogniverse/sdk";
import type { LogRule } from "./log-fixture.ts";
import { append, numbers, readAll, record, valueOf } from "./log-samples.ts";

export function appendRules(rule: LogRule): void {
  rule("positions are given one after the other, and the head is the last", async ({ log }) => {
    equal((await log.head()).position, START);
    const first = await append(log, record("a"));
    const second = await append(log, record("b"), record("c"), record("d"));
    deepEqual([first.position, second.position], [1, 4]);
    deepEqual(await log.head(), second);
    deepEqual(
      (await readAll(log)).map((r) => [r.position, valueOf(r.scope)]),
      [
        [1, "a"],
        [2, "b"],
        [3, "c"],
        [4, "d"],
      ],
    );
  });

  rule("a record comes back with all its properties, and none that it had not", async ({ log }) => {
    const scopes: readonly Scope[] = [
      { kind: "key", value: "a/b" },
      { kind: "prefix", value: "a/" },
      { kind: "tag", value: "vidéo, 😀\n" },
      { kind: "glob", value: "{a/*,b/**}" },
      { kind: "tenant" },
    ];
    const written = scopes.flatMap((scope): NewRecord[] => [
      { tenantId: "a:b", scope, mode: "hard", at: 1.5, node: "n" },
      {
        tenantId: "t",
        scope,
        mode: "soft",
        at: 2 ** 41,
        node: "é",
        digest: "ab".repeat(32),
        reason: "Straße",
      },
    ]);
    await append(log, ...written);
    deepEqual(
      await readAll(log),
      written.map((r, i) => ({ ...r, position: i + 1 })),
    );
  });

  rule("64 concurrent appends leave no gap, and each is told its own place", async ({ log }) => {
    const heads = await Promise.all(
      numbers().map((n) =>
        append(log, ...Array.from({ length: 1 + (n % 3) }, (_, i) => record(`${n}/${i}`))),
      ),
    );
    const all = await readAll(log);
    deepEqual(
      all.map((r) => r.position),
      all.map((_, i) => i + 1),
    );
    for (const n of numbers()) {
      const last = heads[n]?.position ?? 0;
      const size = 1 + (n % 3);
      const own = all.slice(last - size, last).map((r) => valueOf(r.scope));
      deepEqual(
        own,
        Array.from({ length: size }, (_, i) => `${n}/${i}`),
      );
    }
    equal((await log.head()).position, all.length);
  });

  rule("what a later release writes into a record is kept word for word", async ({ log }) => {
    await append(log, record("a"), later, record("b"));
    deepEqual((await readAll(log))[1], { ...later, position: 2 });
    const { records } = await log.snapshot();
    deepEqual(
      records.find(({ position }) => position === 2),
      { ...later, position: 2 },
    );
  });

  rule("one append of 1,000 records gives them their positions in order", async ({ log }) => {
    const many = Array.from({ length: 1000 }, (_, i) => record(`${i}`));
    equal((await append(log, ...many)).position, 1000);
    deepEqual(
      await readAll(log),
      many.map((r, i) => ({ ...r, position: i + 1 })),
    );
  });

  rule(
    "an append whose signal has aborted rejects with its reason and appends nothing",
    async ({ log }) => {
      const reason = new Error("nobody waits any more");
      const signal = AbortSignal.abort(reason);
      await rejects(
        () => log.append([record("a")], { signal }),
        (error) => error === reason,
      );
      equal((await log.head()).position, START);
    },
  );
}

/** A record with a kind of scope and a property that this release does not know. */
const later: NewRecord & Readonly<{ wave: unknown }> = {
  ...record("c"),
  // That is the point: it is no scope of this release.
  scope: { kind: "region", value: "é", corners: [[0, 1.5], [null]] } as unknown as Scope,
  wave: { of: ["x", Number.MAX_SAFE_INTEGER, true, ""], ключ: null },
};

export function unlessRules(rule: LogRule): void {
  const covering: readonly (readonly [Scope, Scope])[] = [
    [
      { kind: "key", value: "a/b" },
      { kind: "key", value: "a/b" },
    ],
    [
      { kind: "prefix", value: "a/" },
      { kind: "key", value: "a/b" },
    ],
    [
      { kind: "glob", value: "*/b" },
      { kind: "key", value: "a/b" },
    ],
    [
      { kind: "tag", value: "x" },
      { kind: "tag", value: "x" },
    ],
    [{ kind: "tenant" }, { kind: "tag", value: "x" }],
  ];
  const sparing: readonly (readonly [Scope, Scope])[] = [
    [
      { kind: "key", value: "a/bc" },
      { kind: "key", value: "a/b" },
    ],
    [
      { kind: "prefix", value: "a/b/" },
      { kind: "key", value: "a/b" },
    ],
    [
      { kind: "glob", value: "*" },
      { kind: "key", value: "a/b" },
    ],
    [
      { kind: "tag", value: "a/b" },
      { kind: "key", value: "a/b" },
    ],
  ];

  rule(
    "`unless` appends nothing where a record after `since` covers one of its scopes",
    async ({ log }) => {
      for (const [scope, asked] of covering) {
        const since = (await log.head()).position;
        const last = await append(log, { ...record("x"), scope });
        const unless = { since, scopes: [{ kind: "key", value: "other" } as const, asked] };
        equal(await log.append([record("y")], { unless }), undefined, JSON.stringify(scope));
        deepEqual(await log.head(), last);
      }
    },
  );

  rule(
    "`unless` lets pass what does not cover: other scopes, other tenants, `since` itself",
    async ({ log }) => {
      for (const [scope, asked] of sparing) {
        const since = (await log.head()).position;
        await append(log, { ...record("x"), scope });
        ok(
          await log.append([record("y")], { unless: { since, scopes: [asked] } }),
          JSON.stringify(scope),
        );
      }
      const since = (await log.head()).position;
      await append(log, { ...record("a"), tenantId: "u" });
      const scopes = [{ kind: "key", value: "a" } as const];
      const own = await log.append([record("a")], { unless: { since, scopes } });
      ok(own, "another tenant's record was taken for this one's");
      ok(
        await log.append([record("a")], { unless: { since: own.position, scopes } }),
        "`since` itself",
      );
    },
  );

  rule("of 64 concurrent appends with one `unless` exactly one gets in", async ({ log }) => {
    const unless = { since: START, scopes: [{ kind: "key", value: "a" } as const] };
    const heads = await Promise.all(numbers().map(() => log.append([record("a")], { unless })));
    equal(heads.filter((head) => head !== undefined).length, 1);
    equal((await log.head()).position, 1);
  });
}
