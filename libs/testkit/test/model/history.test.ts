import { describe, expect, test } from "@jest/globals";
import { toPosition } from "@cogniverse/sdk";
import { CacheHistory } from "../../src/model/history.ts";
import { KeyCatalog } from "../../src/model/key-catalog.ts";

const doc = { tenant: "acme", key: "docs/x/1" };
const note = { tenant: "acme", key: "notes/1" };
const value = (entry: typeof doc, version: number) => ({
  ...entry,
  of: { [entry.key]: version },
});

function killing(history: CacheHistory, key: string, mode: "hard" | "soft" = "hard") {
  const scope = { kind: "key", value: key } as const;
  return { tenant: "acme", scope, mode, by: "test", began: history.tick() };
}

function at(position: number): { logId: string; position: number } {
  return { logId: "log", position: toPosition(position) };
}

describe("what a read may return", () => {
  test("the old value until the invalidation is acknowledged, also by a read that ends later", () => {
    const history = new CacheHistory();
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
    const history = new CacheHistory();
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
      const history = new CacheHistory({ grace });
      history.change(doc);
      history.killed(killing(history, doc.key, "soft"), at(1));
      expect(history.fault(doc, value(doc, 0), history.tick()) === undefined).toBe(grace);
    }
  });

  test("an invalidation that failed or did not change anything kills nothing", () => {
    const history = new CacheHistory();
    killing(history, doc.key);
    history.killed(killing(history, doc.key), at(2));
    history.change(doc);
    expect(history.fault(doc, value(doc, 0), history.tick())).toBeUndefined();
  });

  test("nothing of another tenant, of another key, or that never was", () => {
    const history = new CacheHistory();
    const now = history.tick();
    expect(history.fault(doc, { ...value(doc, 0), tenant: "acme:b" }, now)).toMatch(/the tenant/);
    expect(history.fault(doc, value(note, 0), now)).toMatch(/which is of notes\/1/);
    expect(history.fault(doc, value(doc, 1), now)).toMatch(/never had version 1/);
    expect(history.fault(doc, 42, now)).toMatch(/nothing that was ever stored/);
  });
});

test("what was made without something lives until a later put of that is acknowledged", () => {
  const history = new CacheHistory();
  const sum = { tenant: "acme", key: "sums/notes" };
  const without = history.versionOf(note);
  const made = { ...sum, of: { [sum.key]: 0 }, without: { [note.key]: without } };
  const gaveWay = history.putting(note, history.change(note));
  Object.assign(gaveWay, { acked: history.tick(), superseded: true });
  expect(history.fault(sum, made, history.tick())).toBeUndefined();
  const put = history.putting(note, history.change(note));
  const meanwhile = history.tick();
  put.acked = history.tick();
  expect(history.fault(sum, made, meanwhile)).toBeUndefined();
  expect(history.fault(sum, made, history.tick())).toMatch(/made without notes\/1/);
  const later = { ...made, without: { [note.key]: history.versionOf(note) } };
  expect(history.fault(sum, later, history.tick())).toBeUndefined();
});

describe("two puts that overlap", () => {
  function overlapping(positions: readonly [number, number]): CacheHistory {
    const history = new CacheHistory();
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
    const history = new CacheHistory();
    const put = history.putting(note, history.change(note));
    put.superseded = true;
    expect(history.fault(note, value(note, 1), history.tick())).toMatch(/superseded/);
  });
});

test("what gave way to a refresh under way does not kill it, and kills what was before", () => {
  const history = new CacheHistory();
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

describe("instants of a clock that several processes share", () => {
  const keys = new KeyCatalog([
    { key: "answers/1", tags: ["all"], sources: [], named: [], made: "computed" },
    { key: "answers/2", tags: [], sources: [], named: [], made: "put" },
  ]);
  const entry = { tenant: "acme", key: "answers/1" };
  const scope = { kind: "tag", value: "all" } as const;
  const invalidation = (began: number) =>
    ({ tenant: "acme", scope, mode: "hard", by: "test", began }) as const;

  test("a read is judged by its own beginning, in whatever order calls are told", () => {
    const history = new CacheHistory({ keys });
    expect(history.change(entry, 10.5)).toBe(1);
    expect(history.change(entry, 30)).toBe(2);
    history.killed(invalidation(31), undefined, 40.25);
    history.killed(invalidation(11), undefined, 20);
    const faults = [19, 20, 21, 40, 41].map((began) =>
      [0, 1, 2].map((version) => history.fault(entry, value(entry, version), began) === undefined),
    );
    expect(faults).toEqual([
      [true, true, true],
      [true, true, true],
      [false, true, true],
      [false, true, true],
      [false, false, true],
    ]);
  });

  test("of two invalidations that overlap, what is forgotten is not missed", () => {
    const history = new CacheHistory({ keys });
    const answer = { tenant: "acme", key: "answers/2" };
    const put = history.putting(answer, history.change(answer, 1));
    Object.assign(put, { acked: 9, placed: at(5) });
    const kill = { ...invalidation(3), scope: { kind: "key", value: answer.key } as const };
    // The later one stands before the put in the log.
    history.killed({ ...kill, by: "the second" }, at(6), 12);
    history.killed({ ...kill, by: "the first", began: 4 }, at(4), 11);
    const after = (began: number) => history.fault(answer, value(answer, 1), began);
    expect(after(13)).toMatch(/the second/);
    history.settle(13);
    expect(after(13)).toMatch(/the second/);
    history.killed({ ...kill, by: "one of another log", began: 8 }, undefined, 14);
    history.settle(15);
    expect(after(15)).toMatch(/the second/);
    history.killed({ ...kill, by: "the last", began: 15 }, at(7), 16);
    history.settle(17);
    expect(after(17)).toMatch(/the last/);
  });

  test("a put that gave way kills nothing while a fill overlaps it, told or forgotten", () => {
    const history = new CacheHistory({ keys });
    history.change(entry, 1);
    const fill = history.filling(entry, 2);
    history.gaveWay(entry, invalidation(3), undefined, 5);
    expect(history.fault(entry, value(entry, 0), 6)).toBeUndefined();
    fill.ended = 7;
    history.settle(8);
    history.filling(entry, 20);
    history.gaveWay(entry, invalidation(9), undefined, 10);
    expect(history.fault(entry, value(entry, 0), 11)).toMatch(/version 0/);
  });
});
