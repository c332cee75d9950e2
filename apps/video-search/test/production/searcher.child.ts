import { setTimeout } from "node:timers/promises";
import { App } from "../../src/app.ts";
import type { Strategy } from "../../src/agent/strategy.ts";
import { CheapModels } from "../support/cheap-models.ts";
import type { Ingested, News, Order } from "./searcher-messages.ts";

// node test/production/searcher.child.ts CONFIG UNCACHED_CONFIG FILM: ingests the film for acme, then searches without a pause and compares every
// answer with the one that was computed without a cache. Takes orders from its parent.
const [config, uncachedConfig, film] = process.argv.slice(2);
if (film === undefined) throw new Error("usage: searcher.child.ts CONFIG UNCACHED_CONFIG FILM");
const path = film;
const models = new CheapModels();
await using app = await App.open({ config, models });
await using uncached = await App.open({ config: uncachedConfig, models });
const { video } = await app.processor.ingest(path, "acme");
const QUESTIONS: readonly (readonly [string, Strategy])[] = [
  ["a rabbit yawns in the sun", "text"],
  ["stretching", "transcript"],
  [`${video.videoId}@0`, "similar"],
];
const rightAnswers = new Map<string, string>();
for (const [query, strategy] of QUESTIONS)
  rightAnswers.set(query, await ask(uncached, query, strategy, 10));
const PAUSE_MS = 20;

const stop = new AbortController();
// A parent that died has no more questions.
process.once("disconnect", () => stop.abort());
process.on("message", (order: Order) => {
  if (order.kind === "stop") stop.abort();
  else void ingest(order.tenant).then(tell);
});
tell({ kind: "ready" });
for (let round = 0; !stop.signal.aborted; round++) {
  // Leaves the processor to others: a search from memory takes no time at all.
  await setTimeout(PAUSE_MS);
  for (const [query, strategy] of QUESTIONS) {
    // The film has fewer moments: whoever asks for more gets the same answer, under a key that is new.
    for (const topK of [10, 1000 + round]) tell(await check(query, strategy, topK));
  }
}
if (process.connected) process.disconnect();

async function ask(by: App, query: string, strategy: Strategy, topK: number): Promise<string> {
  return JSON.stringify((await by.agent.search(query, "acme", { strategy, topK })).hits);
}

async function check(query: string, strategy: Strategy, topK: number): Promise<News> {
  const question = `${query}, top ${topK}`;
  try {
    const { hits, from } = await app.agent.search(query, "acme", { strategy, topK });
    const answer = JSON.stringify(hits);
    const isRight = answer === rightAnswers.get(query);
    const repeated = topK === 10;
    return {
      kind: "searched",
      repeated,
      from,
      ...(isRight ? {} : { wrong: `${question}: ${answer}` }),
    };
  } catch (error) {
    return {
      kind: "searched",
      repeated: false,
      from: "failed",
      wrong: `${question}: ${String(error)}`,
    };
  }
}

async function ingest(tenant: string): Promise<Ingested> {
  const onStep = ({ name }: { readonly name: string }): void => {
    if (name === "frames") tell({ kind: "ingesting", tenant });
  };
  try {
    const { frames } = await app.processor.ingest(path, tenant, { onStep });
    await app.cache.flush();
    const { tiers } = await app.cache.stats(tenant);
    const writes = Object.fromEntries(tiers.map((tier) => [tier.tier, tier.writes]));
    return { kind: "ingested", tenant, frames, writes };
  } catch (error) {
    return { kind: "ingested", tenant, frames: 0, writes: {}, error: String(error) };
  }
}

function tell(news: News): void {
  if (process.connected) process.send?.(news);
}
