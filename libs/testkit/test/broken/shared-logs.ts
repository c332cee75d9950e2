import {
  type InvalidationLog,
  type LogHead,
  type LogSession,
  plainSession,
  START,
} from "@cogniverse/sdk";
import { type LogFixture, settle } from "@cogniverse/testkit";
import { fullLog } from "../full/full-log.ts";
import type { BrokenLog } from "./broken.ts";

/** Each breaks one rule of logs that several nodes share, or whose storage is touched from outside. */
export const brokenSharedLogs: readonly BrokenLog[] = [
  {
    fault: "a hook of the log is there and not said",
    rule: "the log's fixture has the hooks that are said and no other",
    options: { hooks: ["close"] },
  },
  {
    fault: "a log opened again is another",
    rule: "a log opened again goes on where it ended",
    make: () => ({ ...fullLog(), reopen: async () => fullLog().log }),
  },
  {
    fault: "each node makes a log where it finds none",
    rule: "two nodes that meet a new storage at once agree on one log",
    make: () => ({ ...fullLog(), another: async () => fullLog().log }),
  },
  {
    fault: "a node answers from what it saw last",
    rule: "what one node appended every node reads from then on",
    make: () => withNodes(lagging),
  },
  {
    fault: "a node gives positions by its own count",
    rule: "concurrent appends of two nodes leave no gap, and share no position",
    make: () => withNodes(countingItself),
  },
  {
    fault: "`unless` is decided in the node",
    rule: "of 32 appends of two nodes with one `unless` exactly one gets in",
    make: () => withNodes(decidingHere),
  },
  {
    fault: "D is the node's own",
    rule: "the D of a log is the greatest that a node of it was given",
    make: () => fullLog({ leaseOf: (own) => own }),
  },
  {
    fault: "an append without an answer is sent again",
    rule: "an append whose answer was lost is there once",
    make: () => fullLog({ afterLostAnswer: (again) => again }),
  },
  {
    fault: "an append sent again gives way to its own record",
    rule: "an append whose answer was lost does not give way to itself",
    make: () => fullLog({ afterLostAnswer: (again) => again }),
  },
  {
    fault: "a session reads from the beginning",
    rule: "a session reads what the log does, and so does another one",
    make: () => withNodes(readingAll),
  },
  {
    fault: "an acknowledgement waits for nobody",
    rule: "an acknowledgement waits for a session that lags, until it says what it has applied",
    make: () => fullLog({ sessions: { waits: false } }),
  },
  {
    fault: "a session that was given back counts on",
    rule: "an acknowledgement waits for a session that lags, until it is given back",
    make: () => fullLog({ sessions: { leaves: false } }),
  },
  {
    fault: "a log that was made anew has the old id",
    rule: "a log whose storage was wiped is another log",
    make: () => fullLog({ newId: () => "the same" }),
  },
  {
    fault: "positions go on in the log that was made anew",
    rule: "an append to a storage that was wiped speaks in the new log alone",
    make: () => withNodes(rememberingItsId),
  },
  {
    fault: "after a wipe each node makes a log",
    rule: "after a wipe two nodes agree on one new log",
    make: () => {
      const [own, other] = [fullLog(), fullLog()];
      let wiped = false;
      return {
        ...own,
        another: async () => ({
          ...own.log,
          append: (...a) => own.log.append(...a),
          head: (call) => (wiped ? other.log : own.log).head(call),
        }),
        forget: async () => {
          wiped = true;
          await own.forget?.();
        },
      };
    },
  },
];

/** The honest storage with nodes that are wrong in one way, the first one and all others. */
function withNodes(wrong: (honest: InvalidationLog) => InvalidationLog): LogFixture {
  const honest = fullLog();
  return {
    ...honest,
    log: wrong(honest.log),
    another: async (options) => wrong((await honest.another?.(options)) ?? honest.log),
  };
}

function lagging(honest: InvalidationLog): InvalidationLog {
  let seen: LogHead | undefined;
  return { ...honest, head: async (call) => (seen ??= await honest.head(call)) };
}

/** Its sessions read from the beginning, whatever they are told. */
function readingAll(honest: InvalidationLog): InvalidationLog {
  const session = (): LogSession => {
    const inner = honest.session?.() ?? plainSession(honest);
    return { ...inner, read: (from, call) => inner.read({ ...from, position: START }, call) };
  };
  return { ...honest, session };
}

function countingItself(honest: InvalidationLog): InvalidationLog {
  let own = 0;
  return {
    ...honest,
    append: async (records, options) => {
      const head = await honest.append(records, options);
      own += records.length;
      // The fault: a position that is only a count.
      return head && { ...head, position: own as LogHead["position"] };
    },
  };
}

function decidingHere(honest: InvalidationLog): InvalidationLog {
  return {
    ...honest,
    append: async (records, options) => {
      const since = options?.unless?.since;
      const { position } = await honest.head();
      await settle(1);
      return since !== undefined && position > since ? undefined : honest.append(records);
    },
  };
}

function rememberingItsId(honest: InvalidationLog): InvalidationLog {
  let known: string | undefined;
  return {
    ...honest,
    append: async (...args) => {
      const head = await honest.append(...args);
      known ??= head?.logId;
      return head && { ...head, logId: known ?? head.logId };
    },
  };
}
