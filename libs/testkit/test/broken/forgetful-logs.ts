import {
  START,
  type InvalidationLog,
  type LogRecord,
  type LogSnapshot,
  type NewRecord,
} from "@cogniverse/sdk";
import { fullLog } from "../full/full-log.ts";
import type { BrokenLog } from "./broken.ts";

const OWN: NewRecord = {
  tenantId: "t",
  scope: { kind: "tag", value: "forgotten" },
  mode: "hard",
  at: 0,
  node: "n",
};

function withSnapshots(
  h: InvalidationLog,
  change: (records: readonly LogRecord[]) => readonly LogRecord[],
): InvalidationLog {
  return {
    ...h,
    async snapshot(call) {
      const { head, records } = await h.snapshot(call);
      return { head, records: change(records) };
    },
  };
}

/** One or more for each rule of what a log forgets. */
export const brokenForgetting: readonly BrokenLog[] = [
  {
    fault: "a log that is said to forget cannot",
    rule: "a log says whether it forgets tenants",
    breakIt(h) {
      const log = { ...h };
      delete log.forgetTenant;
      return log;
    },
  },
  {
    fault: "nothing is forgotten",
    rule: "what is forgotten is in no snapshot, and nothing else is missing there",
    breakIt: (h) => ({ ...h, forgetTenant: async () => undefined }),
  },
  {
    fault: "the record that covers all is forgotten with the rest",
    rule: "what is forgotten is in no snapshot, and nothing else is missing there",
    breakIt: (h) =>
      withSnapshots(h, (all) => all.filter((r) => r.tenantId !== "t" || r.scope.kind !== "tenant")),
  },
  {
    fault: "tenants whose names begin alike are forgotten too",
    rule: "what is forgotten is in no snapshot, and nothing else is missing there",
    breakIt: (h) => withSnapshots(h, (all) => all.filter((r) => r.tenantId !== "t:1")),
  },
  {
    fault: "a read leaves out what is forgotten",
    rule: "no read tells of what is forgotten, and none leaves a gap",
    breakIt: (h) => ({
      ...h,
      async read(from) {
        const { head, records } = await h.snapshot();
        const later = records.filter((r) => r.position > from.position);
        return { type: "records", head, records: later };
      },
    }),
  },
  {
    fault: "the tail of the log tells what its snapshot does not",
    rule: "no read tells of what is forgotten, and none leaves a gap",
    breakIt(h) {
      const all: LogRecord[] = [];
      return {
        ...h,
        async append(records, options) {
          const head = await h.append(records, options);
          const delta = await h.read({ logId: (await h.head()).logId, position: START });
          if (delta.type === "records") all.splice(0, Infinity, ...delta.records);
          return head;
        },
        read: async (from) => ({
          type: "records",
          head: await h.head(),
          records: all.slice(from.position),
        }),
      };
    },
  },
  {
    fault: "whatever is asked for is forgotten",
    rule: "nothing is forgotten that no later hard record on the whole tenant covers",
    breakIt(h) {
      let upTo = 0;
      return {
        ...withSnapshots(h, (all) => all.filter((r) => r.position >= upTo)),
        forgetTenant: async (_tenantId, before) => void (upTo = before),
      };
    },
  },
  {
    fault: "`unless` does not know of the record that covers what was forgotten",
    rule: "who puts after a tenant was forgotten still gives way to the record that covers it",
    breakIt: (h) => ({ ...h, append: (r, o) => h.append(r, { ...o, unless: undefined }) }),
  },
  {
    fault: "forgetting takes a position",
    rule: "a tenant is forgotten while others append and read",
    breakIt: (h) => ({
      ...h,
      async forgetTenant(tenantId, before, call) {
        await h.append([OWN]);
        await h.forgetTenant?.(tenantId, before, call);
      },
    }),
  },
  {
    fault: "another node keeps what it has read",
    rule: "what one node forgets another does not find, and may forget too",
    make() {
      const honest = fullLog();
      return {
        ...honest,
        async another() {
          const log = (await honest.another?.()) ?? honest.log;
          let first: Promise<LogSnapshot> | undefined;
          return { ...log, snapshot: () => (first ??= log.snapshot()) };
        },
      };
    },
  },
  {
    fault: "a restart brings back what was forgotten",
    rule: "what is forgotten stays so when the log is opened again",
    make() {
      const honest = fullLog();
      return {
        ...honest,
        async reopen() {
          const log = (await honest.reopen?.()) ?? honest.log;
          return withSnapshots(log, (all) => [{ ...OWN, position: START }, ...all]);
        },
      };
    },
  },
];
