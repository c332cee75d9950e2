import { isReply, type Connection } from "./connection.ts";
import { asList } from "./entries.ts";
import { LOOK_BYTES, PAGE_HEADS, PAGE_PRESENCE } from "./entry-scripts.ts";
import { Exchange, type Doing } from "./exchange.ts";
import { inParts } from "./in-parts.ts";
import type { Bucket } from "./names.ts";
import type { Script } from "./script.ts";

/** Keys of one bucket, and what they are asked for. */
type Page = Readonly<{ bucket: Bucket; keys: readonly string[]; doing: Doing }>;

/** Asks what is there of each key of a page. Answers in their order; `undefined` = nothing, and the key is then out of the index. */
export type PageLook = (connection: Connection, page: Page) => Promise<readonly unknown[]>;

/** Heads that one script reads: some 70 us of the server's one thread, which answers nobody else meanwhile. */
const MOST_HEADS = 4;

/** Answers something of each key that is there. */
export const lookForPresence: PageLook = (connection, page) =>
  byScript(connection, page, PAGE_PRESENCE);

/**
 * Answers what `headIn` reads. A command of its own takes the server 2 us, where a script takes 10 for the same: so the start of each value is asked for, and a
 * script only for those whose end has to be of the very same copy, or which are to be taken out of the index in the step that finds nothing.
 */
export const lookForHeads: PageLook = async (connection, page) => {
  const { bucket, keys, doing } = page;
  const last = String(LOOK_BYTES - 1);
  const answers = await Promise.all(
    keys.map((key) => connection.ask(new Look([bucket.entry(key), "0", last], doing))),
  );
  const rest = [...keys.keys()].filter((at) => !isWhole(answers[at]));
  for (const part of inParts(rest, MOST_HEADS)) {
    const named = part.flatMap((at) => keys[at] ?? []);
    const found = await byScript(connection, { ...page, keys: named }, PAGE_HEADS);
    part.forEach((at, i) => (answers[at] = found[i]));
  }
  return answers;
};

async function byScript(
  connection: Connection,
  { bucket, keys, doing }: Page,
  script: Script,
): Promise<readonly unknown[]> {
  const names = [bucket.index, ...keys.map((key) => bucket.entry(key))];
  const found = asList(await connection.run(script, names, keys, doing));
  return found.map((answer) => answer ?? undefined);
}

/** Neither nothing nor the start of something longer. */
function isWhole(start: unknown): boolean {
  return Buffer.isBuffer(start) && start.byteLength > 0 && start.byteLength < LOOK_BYTES;
}

/** What is no string, of which the script tells more. */
const NOTHING = Buffer.alloc(0);

/** The start of a value. */
class Look extends Exchange<unknown> {
  constructor(args: readonly string[], doing: Doing) {
    super("getrange", args, doing, {
      read: (start) => start,
      instead: (error) => (isReply(error, "WRONGTYPE") ? NOTHING : undefined),
    });
  }
}
