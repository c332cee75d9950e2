import { type InvalidationLog, type LogRecord, toPosition } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { fullLog } from "../full/full-log.ts";
import type { BrokenLog } from "./broken.ts";
import { brokenForgetting } from "./forgetful-logs.ts";
import { brokenSharedLogs } from "./shared-logs.ts";

function withRecords(
  h: InvalidationLog,
  change: (records: readonly LogRecord[]) => readonly LogRecord[],
): InvalidationLog {
  return {
    ...h,
    async read(from, call) {
      const delta = await h.read(from, call);
      return delta.type === "records" ? { ...delta, records: change(delta.records) } : delta;
    },
  };
}

/** One or more for each rule of the log. */
export const brokenLogs: readonly BrokenLog[] = [
  {
    fault: "positions begin anew with each append",
    rule: "positions are given one after the other, and the head is the last",
    breakIt: (h) => ({
      ...h,
      append: async (r, o) => {
        const head = await h.append(r, o);
        return head && { ...head, position: toPosition(r.length) };
      },
    }),
  },
  {
    fault: "an append is told the head after it, not its own",
    rule: "64 concurrent appends leave no gap, and each is told its own place",
    breakIt: (h) => ({
      ...h,
      append: async (r, o) => {
        const head = await h.append(r, o);
        await settle(1);
        return head && h.head();
      },
    }),
  },
  {
    fault: "a reason is cut",
    rule: "a record comes back with all its properties, and none that it had not",
    breakIt: (h) =>
      withRecords(h, (all) =>
        all.map((r) => (r.reason === undefined ? r : { ...r, reason: r.reason.slice(0, 3) })),
      ),
  },
  {
    fault: "soft comes back as hard",
    rule: "a record comes back with all its properties, and none that it had not",
    breakIt: (h) => withRecords(h, (all) => all.map((r) => ({ ...r, mode: "hard" }))),
  },
  {
    fault: "signals are ignored",
    rule: "an append whose signal has aborted rejects with its reason and appends nothing",
    breakIt: (h) => ({ ...h, append: (r, o) => h.append(r, { ...o, signal: undefined }) }),
  },
  {
    fault: "`unless` is ignored",
    rule: "`unless` appends nothing where a record after `since` covers one of its scopes",
    breakIt: (h) => ({ ...h, append: (r, o) => h.append(r, { ...o, unless: undefined }) }),
  },
  {
    fault: "`unless` looks at equal scopes only",
    rule: "`unless` appends nothing where a record after `since` covers one of its scopes",
    breakIt: (h) => ({
      ...h,
      async append(records, options) {
        const unless = options?.unless;
        if (unless === undefined) return h.append(records, options);
        const { logId } = await h.head();
        const delta = await h.read({ logId, position: unless.since });
        const wanted = unless.scopes.map((s) => JSON.stringify(s));
        const hit =
          delta.type === "records" &&
          delta.records.some((r) => wanted.includes(JSON.stringify(r.scope)));
        return hit ? undefined : h.append(records);
      },
    }),
  },
  {
    fault: "`unless` counts `since` itself",
    rule: "`unless` lets pass what does not cover: other scopes, other tenants, `since` itself",
    breakIt: (h) => ({
      ...h,
      append: (r, o) =>
        h.append(
          r,
          o?.unless && {
            ...o,
            unless: { ...o.unless, since: toPosition(Math.max(0, o.unless.since - 1)) },
          },
        ),
    }),
  },
  {
    fault: "`unless` is checked before the append",
    rule: "of 64 concurrent appends with one `unless` exactly one gets in",
    breakIt: (h) => ({
      ...h,
      async append(records, options) {
        const since = options?.unless?.since;
        const { position } = await h.head();
        await settle(1);
        return since !== undefined && position > since ? undefined : h.append(records);
      },
    }),
  },
  {
    fault: "a read leaves out its first record",
    rule: "a read gives what came after, in order and without a gap, up to its head",
    breakIt: (h) => withRecords(h, (all) => all.slice(1)),
  },
  {
    fault: "a read's head is of after it",
    rule: "readers during appends miss nothing and see nothing twice",
    breakIt: (h) => ({
      ...h,
      async read(from, call) {
        const delta = await h.read(from, call);
        await settle(1);
        return { ...delta, head: await h.head() };
      },
      append: async (r, o) => (await settle(1), h.append(r, o)),
    }),
  },
  {
    fault: "another log's position is taken for this one's",
    rule: "a read from another log, or from ahead of this one, is a reset",
    breakIt: (h) => ({
      ...h,
      read: async (from, call) => h.read({ ...from, logId: (await h.head()).logId }, call),
    }),
  },
  {
    fault: "a snapshot keeps the last record of a scope, whatever its mode",
    rule: "a snapshot says the last record of each mode, tenant and scope",
    breakIt: (h) => ({
      ...h,
      async snapshot(call) {
        const { head, records } = await h.snapshot(call);
        const last = new Map(records.map((r) => [JSON.stringify([r.tenantId, r.scope]), r]));
        return { head, records: [...last.values()] };
      },
    }),
  },
  {
    fault: "readNow lags behind",
    rule: "readNow and a session, where they are there, agree with the rest",
    breakIt: (h) => ({ ...h, readNow: (from) => ({ type: "records", head: from, records: [] }) }),
  },
  {
    fault: "every log has one id",
    rule: "the id of a log is never another's",
    breakIt: (h) => ({ ...h, head: async (call) => ({ ...(await h.head(call)), logId: "log" }) }),
  },
  {
    fault: "what this release does not know is left out",
    rule: "what a later release writes into a record is kept word for word",
    breakIt: (h) =>
      withRecords(h, (all) =>
        all.map(({ position, tenantId, scope, mode, at, node }) => ({
          position,
          tenantId,
          scope,
          mode,
          at,
          node,
        })),
      ),
  },
  {
    fault: "an append takes 100 records and forgets the rest",
    rule: "one append of 1,000 records gives them their positions in order",
    breakIt: (h) => ({ ...h, append: (records, o) => h.append(records.slice(0, 100), o) }),
  },
  {
    fault: "a snapshot keeps the last record of each mode alone",
    rule: "a snapshot says the last record of another content than the very last one's",
    breakIt: (h) => ({
      ...h,
      async snapshot(call) {
        const { head, records } = await h.snapshot(call);
        const last = new Map(records.map((r) => [JSON.stringify([r.scope, r.mode]), r]));
        return { head, records: [...last.values()].toSorted((a, b) => a.position - b.position) };
      },
    }),
  },
  {
    fault: "the head of an empty snapshot is of no log",
    rule: "a snapshot of an empty log is empty, and its head can be read from",
    breakIt: (h) => ({
      ...h,
      async snapshot(call) {
        const { head, records } = await h.snapshot(call);
        return { head: head.position === 0 ? { ...head, logId: "" } : head, records };
      },
    }),
  },
  {
    fault: "a log keeps 1,000 records, and its snapshot no more than they",
    rule: "a reader 2000 records behind comes level",
    breakIt: (h) => ({
      ...h,
      async read(from, call) {
        const head = await h.head(call);
        return head.position - from.position > 1000 ? { type: "reset", head } : h.read(from, call);
      },
      async snapshot(call) {
        const { head, records } = await h.snapshot(call);
        return { head, records: records.slice(-1000) };
      },
    }),
  },
  {
    fault: "a closed log answers on",
    rule: "after close every call rejects with `closed`",
    breakIt: (h) => ({ ...h, snapshot: async () => ({ head: await h.head(), records: [] }) }),
    make: () => ({ ...fullLog(), close: async () => undefined }),
  },
  ...brokenSharedLogs,
  ...brokenForgetting,
];
