import { expect, test } from "@jest/globals";
import { START, toPosition, type NewRecord } from "@cogniverse/sdk";
import { openEnvironment } from "../../src/environment.ts";
import { LogStore } from "../../src/log/log-store.ts";
import { Workbench } from "../open-tier.ts";

const TAIL = 10;

function onKey(value: string): NewRecord {
  return { tenantId: "acme", scope: { kind: "key", value }, mode: "hard", at: 1, node: "n" };
}

test("beyond the tail, read is reset and conditions are still exact", async () => {
  await using bench = new Workbench();
  const environment = await openEnvironment(await bench.directory(), 1 << 20);
  const store = new LogStore(environment, () => "log", TAIL);
  const append = (value: string, unless?: { since: number; of: string }) =>
    environment.transact(
      () =>
        store.append(
          [onKey(value)],
          unless && {
            since: toPosition(unless.since),
            scopes: [{ kind: "key", value: unless.of }],
          },
        ),
      "before",
    );
  for (let n = 1; n <= 100; n++) append(`k${n}`);
  const from = (position: number) => store.after({ logId: "log", position: toPosition(position) });
  expect(from(90)?.map(({ position }) => position)).toEqual([
    91, 92, 93, 94, 95, 96, 97, 98, 99, 100,
  ]);
  expect(from(89)).toBeUndefined();
  expect(store.summary(undefined, 200)).toEqual({ records: expect.any(Array), next: undefined });
  expect(store.summary(undefined, 200).records).toHaveLength(100);
  expect(append("new", { since: 4, of: "k5" })).toBeUndefined();
  expect(append("new", { since: 5, of: "k5" })).toMatchObject({ position: 101 });
  expect(append("new", { since: START, of: "nothing" })).toMatchObject({ position: 102 });
  await environment.release();
});
