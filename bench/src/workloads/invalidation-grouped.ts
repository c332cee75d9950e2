import { startCountingProxy, type Forwarded } from "../invalidation/counting-proxy.ts";
import { BenchNode } from "../invalidation/node.ts";
import { s3Truth } from "../invalidation/truths.ts";
import type { Figure, Workload } from "../workload.ts";

const AT_ONCE = 1_000;
const MOST_WRITES = 20;
const SERVICES = ["ministack", "SeaweedFS"] as const;

/** How many writes of the log in a bucket a thousand invalidations take that are asked for at once, counted on their way to the server. */
export const invalidationGroupedWorkload: Workload = {
  name: "invalidation/grouped",
  about: `writes to S3 for ${AT_ONCE.toLocaleString("en")} invalidations at once`,
  items: async function* ({ signal }) {
    for (const service of SERVICES) {
      await using truth = await s3Truth(service, false);
      const { s3 } = truth.tiers;
      if (s3 === undefined) return;
      await using proxy = await startCountingProxy(s3.endpoint);
      for (const processes of [1, 4]) {
        await using started = new AsyncDisposableStack();
        const nodes: BenchNode[] = [];
        while (nodes.length < processes) {
          const tiers = { s3: { ...s3, endpoint: proxy.url } };
          nodes.push(started.use(await BenchNode.start(tiers)));
        }
        signal.throwIfAborted();
        proxy.forwarded.length = 0;
        const each = AT_ONCE / processes;
        const took = await Promise.all(nodes.map((node, n) => node.burst(n * each, each)));
        yield* figuresOf(`${service}, ${processes} processes`, took, proxy.forwarded);
      }
    }
  },
};

function* figuresOf(
  name: string,
  took: readonly number[],
  forwarded: readonly Forwarded[],
): Generator<Figure> {
  const writes = forwarded.filter((one) => one.method === "PUT" && one.path.includes("/log/head"));
  const unconditional = writes.filter((one) => !one.conditional).length;
  const refused = writes.filter((one) => one.status >= 400).length;
  yield { name: `${name}: PUTs of the head`, value: writes.length, unit: "", most: MOST_WRITES };
  yield { name: `${name}: of them without a condition`, value: unconditional, unit: "", most: 0 };
  yield { name: `${name}: of them refused, since another was first`, value: refused, unit: "" };
  yield { name: `${name}: all are durable after`, value: Math.max(...took), unit: "ms" };
}
