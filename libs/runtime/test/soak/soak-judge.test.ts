import { describe, expect, test } from "@jest/globals";
import { LogEpochs } from "./log-epochs.ts";
import { SoakJudge } from "./soak-judge.ts";
import { wrongText } from "./soak-report.ts";

const KEY = "frames/v1/keyframes.json";
const entry = { tenant: "acme", key: KEY };
const video = { kind: "tag", value: "video:v1" } as const;
const invalidation = { do: "invalidate", tenant: "acme", scope: video, mode: "hard" } as const;

function read(version: number, began: number, ended: number) {
  return { ...entry, began, ended, computed: false, value: { ...entry, of: { [KEY]: version } } };
}

/** Two nodes; node 0 invalidates from 10 to 20. */
function twoNodes(): SoakJudge {
  const judge = new SoakJudge(new LogEpochs(0, () => 0));
  judge.joins(0, 0);
  judge.joins(1, 0);
  judge.begins(0, 1, invalidation, 10);
  return judge;
}

const acknowledged = { end: 1, asked: 10, began: 10, ended: 20, position: 1, superseded: false };

describe("what processes tell", () => {
  test("a read of what was dead when it began is wrong, in whatever order both are told", () => {
    const judge = twoNodes();
    judge.called(1, [read(0, 21, 22), read(0, 19, 23), read(1, 21, 24)], 30);
    judge.judge();
    expect([judge.reads, judge.faults.length]).toEqual([0, 0]);
    judge.called(0, [acknowledged], 30);
    judge.judge();
    expect(judge.reads).toBe(3);
    expect(judge.faults).toMatchObject([{ node: 1, done: { began: 21, ended: 22 } }]);
    expect(judge.faults[0]?.why).toMatch(/version 0 .*tag video:v1 of acme by node 0/);
  });

  test("what was refused, or never heard of again, kills nothing", () => {
    const refused = twoNodes();
    refused.called(0, [{ ...acknowledged, code: "timeout" }], 30);
    const died = twoNodes();
    died.left(0, 25);
    for (const judge of [refused, died]) {
      judge.called(1, [read(0, 21, 22)], 30);
      judge.judge();
      expect([judge.reads, judge.faults]).toEqual([1, []]);
    }
  });

  test("what shows a wrong read is told: it, what was written before, and the faults around", () => {
    const judge = twoNodes();
    judge.called(0, [acknowledged], 30);
    judge.called(1, [read(0, 21, 22)], 30);
    judge.judge();
    const happened = [
      { kind: "FLUSHALL", beganAt: 15, endedAt: 16 },
      { kind: "kill -9", beganAt: 25, endedAt: 26 },
    ];
    const text = wrongText({ judge, happened, broken: [] });
    expect(text).toMatch(/^node 1: a read of frames\/v1\/keyframes.json of acme from 21.000 to/);
    expect(text).toContain("10.000 to 20.000 node 0: hard invalidation of tag video:v1 of acme");
    expect(text).toContain("15 to 16: FLUSHALL");
    expect(text).not.toContain("kill -9");
  });

  test("a read that fails is wrong", () => {
    const judge = twoNodes();
    judge.called(0, [], 30);
    const { value, ...failed } = read(0, 5, 6);
    judge.called(1, [{ ...failed, error: "Error: no" }], 30);
    judge.judge();
    expect(judge.faults).toMatchObject([{ why: "which failed: Error: no" }]);
    expect(value).toBeDefined();
  });
});

describe("positions", () => {
  test("are of one log between two faults that may replace it, and unknown around them", async () => {
    let now = 0;
    const epochs = new LogEpochs(10, () => now);
    expect(epochs.placed(1, 0)).toEqual({ logId: "0", position: 1 });
    await epochs.during(async () => {
      expect(epochs.placed(2, 0)).toBeUndefined();
      now = 100;
    });
    expect([109, 110].map((began) => epochs.placed(1, began)?.logId)).toEqual([undefined, "1"]);
    expect(epochs.placed(undefined, 200)).toBeUndefined();
  });
});
