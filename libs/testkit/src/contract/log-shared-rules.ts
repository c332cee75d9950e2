import { deepEqual, equal, ok } from "node:assert/strict";
import { type InvalidationLog, type LogHead, START } from "@cogniverse/sdk";
import type { LogFixture, LogRule } from "./log-fixture.ts";
import { append, readAll, record, valueOf } from "./log-samples.ts";

const EACH = 16;

/** Two nodes, each with a log of its own onto one storage. */
export function sharedLogRules(rule: LogRule): void {
  rule("two nodes that meet a new storage at once agree on one log", async (fixture) => {
    const second = await anotherLog(fixture);
    const [a, b] = await Promise.all([fixture.log.head(), second.head()]);
    deepEqual(a, b);
    deepEqual((await append(second, record("a"))).logId, a.logId);
    deepEqual(await fixture.log.head(), { ...a, position: 1 });
  });

  rule("what one node appended every node reads from then on", async (fixture) => {
    const second = await anotherLog(fixture);
    let from: LogHead = await fixture.log.head();
    for (let n = 0; n < 10; n++) {
      const [writer, reader] = n % 2 === 0 ? [fixture.log, second] : [second, fixture.log];
      const head = await append(writer, record(`${n}`));
      deepEqual(await reader.head(), head);
      const delta = await reader.read(from);
      ok(delta.type === "records");
      deepEqual([delta.head, delta.records.map(({ scope }) => valueOf(scope))], [head, [`${n}`]]);
      from = head;
    }
  });

  rule("concurrent appends of two nodes leave no gap, and share no position", async (fixture) => {
    const nodes = [fixture.log, await anotherLog(fixture)];
    const names = nodes.flatMap((_, node) =>
      Array.from({ length: EACH }, (__, n) => ({ node, key: `${node}/${n}` })),
    );
    const heads = await Promise.all(
      names.map(({ node, key }) => append(nodes[node] ?? fixture.log, record(key))),
    );
    for (const log of nodes) {
      const all = await readAll(log);
      equal(all.length, 2 * EACH);
      all.forEach(({ position }, i) => equal(position, i + 1));
      names.forEach(({ key }, i) => {
        const told = heads[i]?.position ?? 0;
        equal(valueOf(all[told - 1]?.scope ?? { kind: "tenant" }), key);
      });
    }
  });

  rule("of 32 appends of two nodes with one `unless` exactly one gets in", async (fixture) => {
    const nodes = [fixture.log, await anotherLog(fixture)];
    const unless = { since: START, scopes: [{ kind: "key", value: "a" } as const] };
    const told = await Promise.all(
      Array.from({ length: 2 * EACH }, async (_, n) =>
        nodes[n % 2]?.append([record("a")], { unless }),
      ),
    );
    equal(told.filter((head) => head !== undefined).length, 1);
    for (const log of nodes) equal((await log.head()).position, 1);
  });
}

/** A second node's log. */
export async function anotherLog(
  fixture: LogFixture,
  options?: Readonly<{ leaseMs: number }>,
): Promise<InvalidationLog> {
  if (fixture.another === undefined) throw new Error("The hook `another` is said and not there");
  return fixture.another(options);
}
