import type { Call, Random } from "@cogniverse/sdk";
import { damagedError, refusalError } from "../gcs-error.ts";
import { parseRefusal } from "../transport/refusal.ts";
import type { GcsSession } from "./gcs-session.ts";
import { batchBody } from "./multipart-body.ts";

/** What one batch request may hold. */
const BATCH_CALLS = 100;

/** Deletes objects by the hundred. What is not there counts as deleted; rejects where one of the others failed. */
export async function deleteBatches(
  session: GcsSession,
  names: readonly string[],
  random: Random,
  { signal }: Call,
): Promise<void> {
  for (let at = 0; at < names.length; at += BATCH_CALLS)
    await session.retrying("always", signal, () =>
      deleteBatch(session, names.slice(at, at + BATCH_CALLS), random.id(), signal),
    );
}

async function deleteBatch(
  session: GcsSession,
  names: readonly string[],
  boundary: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const doing = session.doing("delete", names.length === 1 ? names[0] : `${names.length} objects`);
  const requests = names.map((name) => ({ method: "DELETE", path: session.paths.metadata(name) }));
  const { contentType, parts } = batchBody(requests, boundary);
  const answer = await session.transport.exchange(
    {
      method: "POST",
      path: "/batch/storage/v1",
      headers: { "content-type": contentType },
      body: parts,
    },
    doing,
    signal,
  );
  session.check(answer, doing);
  const answers = answer.body
    .toString()
    .split(/^HTTP\/[\d.]+ (?=\d{3})/m)
    .slice(1);
  if (answers.length !== names.length)
    throw damagedError(doing, `${answers.length} of ${names.length} deletions were answered`);
  for (const single of answers) checkDeletion(single, session, names);
}

function checkDeletion(single: string, session: GcsSession, names: readonly string[]): void {
  const status = Number(single.slice(0, 3));
  const body = /\r?\n\r?\n([^]*)/.exec(single)?.[1] ?? "";
  if (status === 404 || (status >= 200 && status <= 299)) return;
  const end = body.lastIndexOf("}");
  const refusal = parseRefusal(status, body.slice(0, end + 1));
  throw refusalError(session.doing("delete", `one of ${names.length} objects`), refusal);
}
