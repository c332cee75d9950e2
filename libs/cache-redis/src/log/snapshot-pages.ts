import { recordsInOrder, type LogRecord, type LogSnapshot } from "@cogniverse/sdk";
import { asList } from "../entries.ts";
import type { Answer } from "./answer.ts";
import { deltaIn, recordOf } from "./log-fields.ts";

/** How a snapshot is read: the first page, and the next one from what the page before told. */
export type SnapshotSteps = Readonly<{
  begin: () => Promise<Answer>;
  goOn: (place: readonly [logId: string, position: string, cursor: string]) => Promise<Answer>;
}>;

/**
 * Reads a snapshot page by page, so that neither the server nor this process does anything else for longer than a page takes. Each page is one step at the server that
 * answers a part of the hash and what was appended since the page before.
 *
 * What all pages say together is all that the log says up to the head of the last page. The server's cursor returns each field that was there at the first
 * page at least once, and no field of a scope is taken away while the log lives, but of a tenant whose hard record on all of it, which stays, came before. So each other scope that had a record at the first page comes with its hard, soft
 * and other record as of one step at or after that page; and every record that was appended after the first page comes word for word, without a gap.
 * The three come in one step since an append turns one into another: read one by one, the record before the last could be
 * missed in both places.
 *
 * That needs one log and one process of a server all along: a flush has another log, and the cursor of one process means nothing to the next. Each page says
 * in the same step which log and which table of sessions it is of, where the table is another one wherever the process is. Where a page is of
 * others, or the tail no longer holds what came since the page before, all is read anew.
 */
export class SnapshotPages {
  readonly #steps: SnapshotSteps;

  constructor(steps: SnapshotSteps) {
    this.#steps = steps;
  }

  /** Each step has a time limit of its own; all of them together have none. */
  async read(): Promise<LogSnapshot> {
    for (;;) {
      const snapshot = await this.#attempt();
      if (snapshot !== undefined) return snapshot;
    }
  }

  /** `undefined`: what was read so far and what there is now do not go together. */
  async #attempt(): Promise<LogSnapshot | undefined> {
    const found = new Map<number, LogRecord>();
    const first = await this.#steps.begin();
    let { head } = first;
    let cursor = addPage(found, first.rest[0]);
    while (cursor !== "0") {
      const place = [head.logId, String(head.position), cursor] as const;
      const { rest, ...answer } = await this.#steps.goOn(place);
      const [page, ...since] = rest;
      const delta = deltaIn(answer.head, since, head);
      if (delta.type === "reset" || answer.incarnation !== first.incarnation) return undefined;
      cursor = addPage(found, page);
      for (const record of delta.records) found.set(record.position, record);
      head = delta.head;
    }
    return { head, records: await recordsInOrder(found) };
  }
}

/** Answers the cursor of the next page. */
function addPage(found: Map<number, LogRecord>, page: unknown): string {
  const [cursor, ...rows] = asList(page);
  for (const row of rows) {
    const record = recordOf(String(row));
    found.set(record.position, record);
  }
  return String(cursor);
}
