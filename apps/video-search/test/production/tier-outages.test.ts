import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  type GcsServer,
  type RedisServer,
  type S3Server,
  serverSuite,
  startFakeGcs,
  startMinistack,
  startRedis,
} from "@cogniverse/test-servers";
import { AppHome } from "../support/app-home.ts";
import { makeFilm } from "../support/make-film.ts";
import { configPath, gcsEnvironment, s3Environment } from "./production-place.ts";
import type { Ingested } from "./searcher-messages.ts";
import { Searcher } from "./searcher.ts";

// An outage takes some seconds, on a busy machine many.
jest.setTimeout(60_000);

/** D of these tests. */
const LEASE_MS = "1000";

/** A tier that dies while a searcher runs over it. */
type Outage = Readonly<{
  config: string;
  env: Readonly<Record<string, string>>;
  tier: "hot" | "warm" | "cold";
  end: (home: string) => Promise<void>;
  begin: (home: string) => Promise<void>;
  /** Default: a film that is quick to compute anew. */
  film?: (home: AppHome) => Promise<string>;
  /** Where the repeated questions are answered from while the tier is away. */
  answersFrom: "memory" | "computed";
}>;

let redis: RedisServer;
let redisEnv: Readonly<Record<string, string>>;
beforeAll(async () => {
  redis = await startRedis({ config: { appendonly: "yes", appendfsync: "always" } });
  redisEnv = { REDIS_URL: redis.url, COGNIVERSE_LEASE_MS: LEASE_MS };
});
afterAll(() => redis.stop());

serverSuite(["redis", "s3"], describe)("production.yaml", () => {
  let s3: S3Server;
  let shared: Pick<Outage, "config" | "env">;
  beforeAll(async () => {
    s3 = await startMinistack();
    shared = { config: "production.yaml", env: { ...redisEnv, ...(await s3Environment(s3)) } };
  });
  afterAll(() => s3.stop());

  test("Redis is killed and comes back with its data", async () => {
    const outcome = await survive({
      ...shared,
      tier: "hot",
      end: () => redis.kill(),
      begin: () => redis.restart({ keepData: true }),
      answersFrom: "memory",
    });
    expect(outcome).toEqual(UNHARMED);
  });

  test("S3, which has the log, is killed and comes back with its data", async () => {
    const outcome = await survive({
      ...shared,
      tier: "cold",
      end: () => s3.kill(),
      begin: () => s3.restart({ keepData: true }),
      answersFrom: "computed",
    });
    expect(outcome).toEqual(UNHARMED);
  });

  test("the folder on the local disk goes away, with a file in its place, and comes back", async () => {
    const outcome = await survive({
      ...shared,
      tier: "warm",
      // Its pictures are large enough to be files of their own.
      film: (home) => home.sample(),
      end: async (home) => {
        await rename(diskOf(home), `${diskOf(home)}-away`);
        await writeFile(diskOf(home), "no folder");
      },
      begin: async (home) => {
        await rm(diskOf(home));
        await rename(`${diskOf(home)}-away`, diskOf(home));
      },
      answersFrom: "memory",
    });
    expect(outcome).toEqual(UNHARMED);
  });
});

serverSuite(["redis", "gcs"], describe)("production-gcs.yaml", () => {
  let gcs: GcsServer;
  beforeAll(async () => {
    gcs = await startFakeGcs({ backend: "filesystem" });
  });
  afterAll(() => gcs.stop());

  test("GCS, which has the log, is killed and comes back with its data", async () => {
    const outcome = await survive({
      config: "production-gcs.yaml",
      env: { ...redisEnv, ...(await gcsEnvironment(gcs)) },
      tier: "cold",
      end: () => gcs.kill(),
      begin: () => gcs.restart({ keepData: true }),
      answersFrom: "computed",
    });
    expect(outcome).toEqual(UNHARMED);
  });
});

function diskOf(home: string): string {
  return join(home, "cache-production");
}

/** How a run ended: answers that were not right, searches and ingestions that failed, the searcher's exit code, stacks on its standard error. */
type Outcome = Readonly<{
  wrong: readonly string[];
  failed: unknown;
  code: unknown;
  stacks: unknown;
}>;

const UNHARMED: Outcome = { wrong: [], failed: [], code: 0, stacks: null };

/** Searches, while the tier dies in the middle of another tenant's ingestion and comes back. Resolves once the tier is used again. */
async function survive(outage: Outage): Promise<Outcome> {
  await using home = await AppHome.create();
  const { COGNIVERSE_HOME: folder = "" } = home.env;
  const film = await (outage.film ?? smallFilm)(home);
  const args = [configPath(outage.config), await withoutCache(home, outage.config), film];
  const searcher = new Searcher(args, { ...home.env, ...outage.env });
  try {
    await searcher.answersFrom("memory");
    const struck = await searcher.ingest("globex", () => outage.end(folder));
    await searcher.answersFrom(outage.answersFrom);
    const without = await searcher.ingest("initech");
    await searcher.searches(6);
    await outage.begin(folder);
    await searcher.answersFrom("memory");
    const fewest = without.writes[outage.tier] ?? 0;
    const later = await untilMoreIsWritten(searcher, outage.tier, fewest);
    const { code, err } = await searcher.stop();
    const failed = [struck, without, ...later].flatMap(({ error }) => error ?? []);
    return { wrong: searcher.wrong, failed, code, stacks: /\n +at .*/.exec(err) };
  } finally {
    searcher.kill();
  }
}

/** The same configuration with the cache turned off. */
async function withoutCache(home: AppHome, config: string): Promise<string> {
  const text = await readFile(configPath(config), "utf8");
  const path = home.film("uncached.yaml");
  await writeFile(path, text.replace("caching:\n", "caching:\n  enabled: false\n"));
  return path;
}

/** Three shots with the subtitles of the sample: quick to compute anew while nothing is served. */
async function smallFilm(home: AppHome): Promise<string> {
  await home.sample("film");
  const grey = (index: number): number => 40 * Math.floor(index / 11);
  const size = { width: 64, height: 64, frames: 25, framesPerSecond: 10 };
  await makeFilm(home.film("film.mp4"), { ...size, grey });
  return home.film("film.mp4");
}

/** A breaker that is open closes with one of the next calls: tenants are added until the tier takes more of one than it did while it was away. */
async function untilMoreIsWritten(
  searcher: Searcher,
  tier: string,
  fewest: number,
): Promise<readonly Ingested[]> {
  const ingested: Ingested[] = [];
  while ((ingested.at(-1)?.writes[tier] ?? 0) <= fewest)
    ingested.push(await searcher.ingest(`tenant-${ingested.length}`));
  return ingested;
}
