/** Keys after `after` up to and with `until`, by their bytes; `null` = from the first, to the last. */
type Leg = Readonly<{ after: string | null; until: string | null }>;

/** How much of the log stood behind a judgement. Positions of two logs compare with nothing. */
export type Seen = Readonly<{ logId: string; position: number }>;

/** What of a tier is still to be looked at, in order. All that was looked at before was judged by at least `seen`. */
export type Course = Readonly<{ seen: Seen; legs: readonly Leg[] }>;

/** All of a tier. */
export function wholeCourse(seen: Seen): Course {
  return { seen, legs: [{ after: null, until: null }] };
}

/** Whether a judgement by `seen` knew all that `later` knows. */
export function knows(seen: Seen, later: Seen): boolean {
  return seen.logId === later.logId && seen.position >= later.position;
}

/**
 * A course that was left, taken up with what is known now. Without news it goes on where it stood. With news all that was looked at before has to
 * be looked at again, after the rest: whoever is interrupted each time gets round all the same.
 */
export function takenUp(course: Course, seen: Seen): Course {
  if (knows(course.seen, seen)) return course;
  const after = course.legs[0]?.after ?? null;
  if (after === null) return wholeCourse(seen);
  return {
    seen,
    legs: [
      { after, until: null },
      { after: null, until: after },
    ],
  };
}

/** All up to this key is done. */
export function doneUpTo(course: Course, key: string): Course {
  const [leg, ...rest] = course.legs;
  return leg === undefined ? course : { ...course, legs: [{ ...leg, after: key }, ...rest] };
}

/** The first leg is done. */
export function legDone({ seen, legs }: Course): Course {
  return { seen, legs: legs.slice(1) };
}
