import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  doneUpTo,
  knows,
  legDone,
  takenUp,
  wholeCourse,
  type Course,
  type Seen,
} from "../../src/sweep/course.ts";

const at = (position: number, logId = "log"): Seen => ({ logId, position });

test("a judgement knows what came before it in the same log, and nothing of another", () => {
  expect(knows(at(5), at(5))).toBe(true);
  expect(knows(at(6), at(5))).toBe(true);
  expect(knows(at(4), at(5))).toBe(false);
  expect(knows(at(9, "old"), at(5))).toBe(false);
});

test("without news a course goes on where it stood; with news it goes round once more", () => {
  const left = doneUpTo(wholeCourse(at(5)), "k");
  expect(takenUp(left, at(5))).toBe(left);
  expect(takenUp(left, at(6))).toEqual({
    seen: at(6),
    legs: [
      { after: "k", until: null },
      { after: null, until: "k" },
    ],
  });
  expect(takenUp(wholeCourse(at(5)), at(6))).toEqual(wholeCourse(at(6)));
});

/** Takes so many steps of a walk over the keys; answers what it looked at and what is left. */
function walk(course: Course, keys: readonly string[], steps: number): [Course, string[]] {
  const looked: string[] = [];
  for (let left = steps; left > 0; left--) {
    const [leg] = course.legs;
    if (leg === undefined) break;
    const { after, until } = leg;
    const next = keys.find(
      (key) => (after === null || key > after) && (until === null || key <= until),
    );
    if (next === undefined) course = legDone(course);
    else {
      looked.push(next);
      course = doneUpTo(course, next);
    }
  }
  return [course, looked];
}

test("however often it is interrupted and whatever comes in, in the end every key was looked at by all that was known when it was last taken up", () => {
  const interruption = fc.record({ steps: fc.nat(12), news: fc.boolean() });
  fc.assert(
    fc.property(fc.array(interruption, { maxLength: 12 }), (interruptions) => {
      const keys = ["a", "b", "c", "d", "e", "f"];
      let known = 0;
      const judgedBy = new Map<string, number>();
      let course = wholeCourse(at(known));
      const step = (steps: number): void => {
        const [rest, looked] = walk(course, keys, steps);
        for (const key of looked) judgedBy.set(key, known);
        course = rest;
      };
      for (const { steps, news } of interruptions) {
        step(steps);
        if (course.legs.length === 0) return;
        if (news) known++;
        course = takenUp(course, at(known));
      }
      step(100);
      expect(course.legs).toEqual([]);
      const last = course.seen.position;
      expect(keys.filter((key) => (judgedBy.get(key) ?? -1) < last)).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
