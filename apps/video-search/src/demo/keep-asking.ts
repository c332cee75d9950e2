import { setTimeout as delay } from "node:timers/promises";
import type { App } from "../app.ts";
import { unlessDown } from "../ingest/unless-down.ts";
import { fingerprintFile } from "../media/fingerprint.ts";
import { DEMO_TENANTS, SAMPLE } from "./demo.ts";
import type { Progress } from "./progress.ts";
import { DEMO_QUERIES } from "./queries.ts";

const EVERY_MS = 1000;
const ROUNDS_BETWEEN_INVALIDATIONS = 60;

/** How long it is asked on. */
export interface KeepAskingOptions {
  readonly forMs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Lives on for who looks at dashboards, since a scrape finds nobody in a command that ends at once: all questions of all tenants once a second,
 * after what they have of the sample was invalidated and ingested anew, which is done once a minute.
 */
export async function keepAsking(app: App, options: KeepAskingOptions): Promise<void> {
  const { forMs, progress, signal } = options;
  const untilAt = performance.now() + forMs;
  const sampleId = await fingerprintFile(SAMPLE, { signal });
  for (let round = 0; ; round += 1) {
    if (round % ROUNDS_BETWEEN_INVALIDATIONS === 0) await startAnew(app, sampleId, signal);
    for (const tenant of DEMO_TENANTS)
      for (const { query, strategy } of DEMO_QUERIES)
        await app.agent.search(query, tenant, { strategy, signal });
    const leftMs = untilAt - performance.now();
    if (leftMs <= 0) return;
    progress.step("asking on; Ctrl-C ends it", `${Math.ceil(leftMs / 1000)} s left`);
    await delay(Math.min(EVERY_MS, leftMs), undefined, { signal });
  }
}

async function startAnew(app: App, sampleId: string, signal: AbortSignal): Promise<void> {
  for (const tenant of DEMO_TENANTS) {
    await app.cache.invalidateVideo(sampleId, tenant, { reason: "demo" }).catch(unlessDown);
    await app.processor.ingest(SAMPLE, tenant, { signal });
  }
}
