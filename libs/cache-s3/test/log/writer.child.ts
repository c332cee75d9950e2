import { once } from "node:events";
import { ObjectLayout, ObjectLog } from "@cogniverse/object-store";
import type { LogHead, NewRecord } from "@cogniverse/sdk";
import { openBucket } from "../../src/bucket.ts";
import { resolveOptions } from "../../src/options.ts";
import { serverContext } from "../support/context.ts";
import { countHeadPuts } from "../support/head-requests.ts";
import type { WriterOrder, WriterReport } from "./writers.ts";

/** One process that appends: all at once, or each when the one before it is done. */
// Of that form by the parent, which is of this same release.
const { options, how, appends } = JSON.parse(process.argv[2] ?? "") as WriterOrder;
const context = serverContext();
const { client, objects } = openBucket(resolveOptions(options), { context });
const puts = countHeadPuts(client);
const log = new ObjectLog(objects, new ObjectLayout(), context);

async function append(n: number): Promise<number> {
  const scope = { kind: "key", value: `embeddings/m/${process.pid}/${n}.npz` } as const;
  const record: NewRecord = {
    tenantId: "t",
    scope,
    mode: "hard",
    at: context.clock.now(),
    node: "n",
  };
  const head: LogHead | undefined = await log.append([record]);
  return head?.position ?? 0;
}

await log.head();
process.send?.("ready");
await once(process, "message");
Object.assign(puts, { landed: 0, refused: 0, failed: 0 });
const positions: number[] = [];
const longest = { ms: 0 };
if (how === "at once")
  positions.push(...(await Promise.all(Array.from({ length: appends }, (_, n) => append(n)))));
else
  for (let n = 0; n < appends; n++) {
    const before = performance.now();
    positions.push(await append(n));
    longest.ms = Math.max(longest.ms, performance.now() - before);
  }
await log.close();
await objects[Symbol.asyncDispose]();
const report: WriterReport = { positions, puts, longestMs: longest.ms };
process.send?.(report);
process.disconnect();
