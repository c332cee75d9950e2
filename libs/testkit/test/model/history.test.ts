import { describe, expect, test } from "@jest/globals";
import { toPosition } from "@cogniverse/sdk";
import { History } from "../../src/model/history.ts";

const doc = { tenant: "acme", key: "docs/x/1" };
const note = { tenant: "acme", key: "notes/1" };
const value = (entry: typeof doc, version: number) => ({
  ...entry,
  of: { [entry.key]: version },
});

function killing(history: History, key: string, mode: "hard" | "soft" = "hard") {
  const scope = { kind: "key", value: key } as const;
  return { tenant: "acme", scope, mode, by: "test", began: history.tick() };
}

function at(position: number): { logId: string; position: number } {
  return { logId: "log", position: toPosition(position) };
}

describe("what a read may return", () => {
  test("the old value until the invalidation is acknowledged, also by a read that ends later", () => {
    const history = new History(false);
    const before = history.tick();
    history.change(doc);
    const kill = killing(history, doc.key);
    const meanwhile = history.tick();
    history.killed(kill, at(1));
    expect(history.fault(doc, value(doc, 0), before)).toBeUndefined();
    expect(history.fault(doc, value(doc, 0), meanwhile)).toBeUndefined();
    expect(history.fault(doc, value(doc, 0), history.tick())).toMatch(
      /version 0 of docs\/x\/1 had/,
    );
    expect(history.fault(doc, value(doc, 1), history.tick())).toBeUndefined();
  });

  test("what is derived dies with its source, and with a tag of it", () => {
    const history = new History(false);
    const sum = { tenant: "acme", key: "sums/x" };
    const derived = { ...sum, of: { "sums/x": 0, "docs/x/1": 0 } };
    history.change(doc);
    const kill = { ...killing(history, ""), scope: { kind: "tag", value: "red" } as const };
    expect(history.fault(sum, derived, history.tick())).toBeUndefined();
    history.killed(kill, at(1));
    expect(history.fault(sum, derived, history.tick())).toMatch(/version 0 of docs\/x\/1 had died/);
  });

  test("a soft invalidation kills like a hard one, unless grace is given", () => {
    for (const grace of [false, true]) {
      const history = new History(grace);
      history.change(doc);
      history.killed(killing(history, doc.key, "soft"), at(1));
      expect(history.fault(doc, value(doc, 0), history.tick()) === undefined).toBe(grace);
    }
  });

  test("an invalidation that failed or did not change anything kills nothing", () => {
    const history = new History(false);
    killing(history, doc.key);
    history.killed(killing(history, doc.key), at(2));
    history.change(doc);
    expect(history.fault(doc, value(doc, 0), history.tick())).toBeUndefined();
  });

  test("nothing of another tenant, of another key, or that never was", () => {
    const history = new History(false);
    const now = history.tick();
    expect(history.fault(doc, { ...value(doc, 0), tenant: "acme:b" }, now)).toMatch(/the tenant/);
    expect(history.fault(doc, value(note, 0), now)).toMatch(/which is of notes\/1/);
    expect(history.fault(doc, value(doc, 1), now)).toMatch(/never had version 1/);
    expect(history.fault(doc, 42, now)).toMatch(/nothing that was ever stored/);
  });
});

describe("two puts that overlap", () => {
  function overlapping(positions: readonly [number, number]): History {
    const history = new History(false);
    const puts = positions.map((position) => {
      const put = history.putting(note, history.change(note));
      return { put, kill: killing(history, note.key), placed: at(position) };
    });
    for (const { put, kill, placed } of puts) {
      put.acked = history.tick();
      put.placed = placed;
      history.killed(kill, placed);
    }
    return history;
  }

  test("are ordered by their places in the log", () => {
    const first = overlapping([1, 2]);
    expect(first.fault(note, value(note, 1), first.tick())).toMatch(
      /version 1 of notes\/1 had died/,
    );
    expect(first.fault(note, value(note, 2), first.tick())).toBeUndefined();
    const second = overlapping([2, 1]);
    expect(second.fault(note, value(note, 1), second.tick())).toBeUndefined();
    expect(second.fault(note, value(note, 2), second.tick())).toMatch(/version 2 of notes\/1 had/);
  });

  test("one that gave way is never served", () => {
    const history = new History(false);
    const put = history.putting(note, history.change(note));
    put.superseded = true;
    expect(history.fault(note, value(note, 1), history.tick())).toMatch(/superseded/);
  });
});

test("what gave way to a refresh under way does not kill it, and kills what was before", () => {
  const history = new History(false);
  history.change(doc);
  const alone = killing(history, doc.key);
  history.gaveWay(doc, alone);
  expect(history.fault(doc, value(doc, 0), history.tick())).toMatch(/version 0/);
  const fill = history.filling(doc);
  history.change(doc);
  const overlapped = killing(history, doc.key);
  fill.ended = history.tick();
  history.gaveWay(doc, overlapped);
  expect(history.fault(doc, value(doc, 1), history.tick())).toBeUndefined();
});
