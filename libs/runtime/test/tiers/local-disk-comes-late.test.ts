import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import type { Logger } from "@cogniverse/sdk";
import { FakeClock, recordingLogger } from "@cogniverse/testkit";
import { createCache } from "../../src/index.ts";

test("a disk that is not there at start is used once it is, log and all", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cogniverse-late-"));
  const inTheWay = join(folder, "mount");
  await writeFile(inTheWay, "a file where a directory should be");
  const clock = new FakeClock();
  const there = Promise.withResolvers<void>();
  const silent = recordingLogger();
  const logger: Logger = {
    ...silent,
    info: (message) => void (message === "tier is there" && there.resolve()),
  };
  const tiers = {
    memory: { backend: "memory" },
    warm: { backend: "local", config: { base_path: join(inTheWay, "cache") } },
  };
  try {
    await using cache = await createCache({ config: { caching: { tiers } }, clock, logger });
    expect(cache.report).toMatchObject({ degraded: true, tiers: [{}, { state: "down" }] });
    const acme = cache.forTenant("acme");
    const key = keys.transcription({ video: "v" });
    let computes = 0;
    for (const n of [1, 2]) expect(await acme.getOrCompute(key, () => ++computes)).toBe(n);
    await expect(acme.invalidate(key)).rejects.toMatchObject({ code: "tier_unavailable" });

    await rm(inTheWay);
    clock.advance(2000);
    await there.promise;
    expect(cache.report.degraded).toBe(false);
    // The breakers' pause and the log's next beat.
    await clock.advanceAndSettle(2000);
    expect(await acme.getOrCompute(key, () => "kept")).toBe("kept");
    expect(await acme.getWithInfo(key, { tiers: { memory: false } })).toMatchObject({
      hit: true,
      value: "kept",
      tier: "warm",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
