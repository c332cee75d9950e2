import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { InvalidationLog, LogHead, LogSession } from "@cogniverse/sdk";
import type { Workbench } from "../open-tier.ts";

export const D = 200;

const record = {
  tenantId: "acme",
  scope: { kind: "tenant" },
  mode: "hard",
  at: 0,
  node: "n",
} as const;

export async function append(log: InvalidationLog): Promise<LogHead> {
  const head = await log.append([record]);
  if (head === undefined) throw new Error("not appended");
  return head;
}

export function sessionOf(log: InvalidationLog): LogSession {
  const session = log.session?.();
  if (session === undefined) throw new Error("no session");
  return session;
}

/** As a node begins: reads all there is and says so. */
export async function serving(log: InvalidationLog): Promise<LogSession> {
  const session = sessionOf(log);
  session.applied((await session.snapshot()).head);
  return session;
}

/** Two tiers on one directory, each with a session that has applied all, on a log that is old enough. */
export async function pair(bench: Workbench) {
  const base_path = await bench.directory();
  const [one, other] = [await bench.open({ base_path }), await bench.open({ base_path })];
  bench.context.clock.advance(D);
  const [session, reader] = [await serving(one.log), await serving(other.log)];
  return { base_path, log: one.log, other, session, reader, clock: bench.context.clock };
}

/** What a promise came to by now; "waiting" while it has not. Begun looks are over then. */
export async function now(promise: Promise<unknown>): Promise<unknown> {
  for (let turns = 0; turns < 3; turns++) await nextTurn();
  return Promise.race([promise, Promise.resolve("waiting")]);
}

export const seatsOf = (base_path: string): string => join(base_path, "log", "sessions");
