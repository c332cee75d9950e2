import { CacheError, START, type LogRecord, type NewRecord } from "@cogniverse/sdk";
import { ObjectLayout, ObjectLog, type TailLimits } from "../../src/index.ts";
import { MemoryBucket, MemoryClient } from "../memory-bucket.ts";
import { hurryingContext, type TestContext } from "../surroundings.ts";

export const HEAD: string = new ObjectLayout().logHead;

/** One of those who share a log, with a client of its own. */
export type LogNode = Readonly<{ log: ObjectLog; client: MemoryClient; context: TestContext }>;

export function node(
  bucket: MemoryBucket = new MemoryBucket(),
  { leaseMs = 5000, limits }: { leaseMs?: number; limits?: TailLimits } = {},
): LogNode {
  const client = new MemoryClient(bucket);
  const context = { ...hurryingContext(), networkLeaseMs: leaseMs };
  return { client, context, log: new ObjectLog(client, new ObjectLayout(), context, { limits }) };
}

export function record(value: string, tenantId: string = "t"): NewRecord {
  return { tenantId, scope: { kind: "key", value }, mode: "hard", at: 1, node: "n" };
}

/** All records of a log that was never folded. */
export async function all({ log }: LogNode): Promise<readonly LogRecord[]> {
  const { logId } = await log.head();
  const delta = await log.read({ logId, position: START });
  if (delta.type === "reset") throw new Error("The log does not go back to its start");
  return delta.records;
}

export async function values(of: LogNode): Promise<readonly string[]> {
  return (await all(of)).map(({ scope }) => ("value" in scope ? scope.value : ""));
}

export const lost = (): CacheError =>
  new CacheError("timeout", "No answer in time", { retryable: true });

/** The next write of the head goes through `fault`, later ones as they come. */
export function once(client: MemoryClient, fault: (send: () => unknown) => unknown): void {
  client.around = ({ op, name }, send) => {
    if (op !== "write" || name !== HEAD) return send();
    client.around = (_request, next) => next();
    return fault(send);
  };
}
