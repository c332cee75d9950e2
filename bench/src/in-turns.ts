import type { Contestant } from "./contest.ts";

/** One operation after the other, each on the next of the subjects. An answer of `undefined` is an error: what was put is missing. */
export function inTurns<T>(
  name: string,
  subjects: readonly T[],
  operation: (subject: T) => Promise<unknown> | undefined,
): Contestant {
  let at = 0;
  return {
    name,
    async run(operations) {
      for (let done = 0; done < operations; done++) {
        const subject = subjects[at++ % subjects.length];
        if (subject !== undefined && (await operation(subject)) === undefined)
          throw new Error(`${name}: nothing came`);
      }
    },
  };
}
