import { invalidation } from "./places.mjs";

const test = {
  file: "libs/runtime/test/soak/soak.test.ts",
  name: "no read returns what was invalidated before it began",
};

/**
 * What processes over real servers notice by themselves: these show that they would.
 *
 * @type {readonly import("../mutant.mjs").Mutant[]}
 */
export const soaks = [
  {
    id: "soak-acknowledged-before-d",
    removes: "an invalidation is acknowledged once D has passed",
    file: invalidation("settlement"),
    find: "if (nodes === undefined) await atLeast(clock, durableAt + log.leaseMs, signal);",
    replace: "void durableAt;",
    test,
  },
  {
    id: "soak-gaps-taken",
    removes: "records apply only where they follow on what is there",
    file: invalidation("applied"),
    find: "if (head.position - records.length > before.position) return undefined;",
    replace: "",
    test,
  },
];
