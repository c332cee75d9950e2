import { expect, test } from "@jest/globals";
import { keepAsking } from "../../src/demo/keep-asking.ts";
import { AppHome } from "../support/app-home.ts";

test("who looks at a dashboard sees misses by an invalidation, hits after them, and the end of it", async () => {
  await using home = await AppHome.create();
  await using app = await home.open();
  const interrupt = new AbortController();
  const steps: string[] = [];
  const progress = {
    step: (name: string) => {
      steps.push(name);
      if (steps.length > 1) interrupt.abort();
    },
    done: () => undefined,
    stop: () => undefined,
  };
  await keepAsking(app, { forMs: 0, progress, signal: interrupt.signal });
  expect(steps).toEqual([]);
  const asking = keepAsking(app, { forMs: 60_000, progress, signal: interrupt.signal });
  await expect(asking).rejects.toMatchObject({ name: "AbortError" });
  for (const tenant of ["acme", "globex"]) {
    const { byFamily } = await app.cache.stats(tenant);
    const { hits = 0, misses = 0 } = byFamily["search_results"] ?? {};
    expect({ hits, misses }).toEqual({ hits: 5, misses: 10 });
  }
});
