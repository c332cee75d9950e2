import { ok } from "node:assert/strict";
import {
  type InvalidationLog,
  type LogHead,
  type LogRecord,
  type NewRecord,
  type Scope,
  START,
} from "@cogniverse/sdk";

export function record(key: string): NewRecord {
  return { tenantId: "t", scope: { kind: "key", value: key }, mode: "hard", at: 1000, node: "n" };
}

export async function append(
  log: InvalidationLog,
  ...records: readonly NewRecord[]
): Promise<LogHead> {
  const head = await log.append(records);
  ok(head !== undefined, "an append without `unless` appended nothing");
  return head;
}

export async function readAll(log: InvalidationLog): Promise<readonly LogRecord[]> {
  const delta = await log.read({ logId: (await log.head()).logId, position: START });
  ok(delta.type === "records");
  return delta.records;
}

export function valueOf(scope: Scope): string {
  return scope.kind === "tenant" ? "" : scope.value;
}

export function numbers(): number[] {
  return Array.from({ length: 64 }, (_, n) => n);
}
