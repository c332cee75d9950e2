import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  type RedisServer,
  type S3Server,
  serverSuite,
  startMinistack,
  startRedis,
} from "@cogniverse/test-servers";
import { AppHome } from "../support/app-home.ts";
import { AppProcess } from "../support/app-process.ts";
import { makeFilm } from "../support/make-film.ts";
import { configPath, s3Environment } from "./production-place.ts";

// Each command is a process that loads its models.
jest.setTimeout(60_000);

serverSuite(["redis", "s3"], describe)("the app over Redis and S3, as processes of its own", () => {
  let redis: RedisServer;
  let s3: S3Server;
  let env: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    [redis, s3] = await Promise.all([startRedis(), startMinistack()]);
    env = { ...(await s3Environment(s3)), REDIS_URL: redis.url, COGNIVERSE_LEASE_MS: "1000" };
  });
  afterAll(() => Promise.all([redis.stop(), s3.stop()]));

  /** Runs one command with `--json` and returns what it printed. */
  async function ask(home: AppHome, config: string, ...args: readonly string[]): Promise<Printed> {
    const all = [...args, "--json", "--config", config];
    const { code, out, err } = await new AppProcess(all, { ...env, ...home.env }).end();
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${String(code)}: ${err}`);
    return JSON.parse(out);
  }

  test("what one working directory computed another is served, and each gets the answers of its own library", async () => {
    await using one = await AppHome.create();
    await using other = await AppHome.create();
    const config = configPath("production.yaml");
    const search = ["search", "a yawning rabbit"];
    expect(await ask(one, config, "ingest", await one.sample())).toMatchObject({
      videos: [{ frames: 5, computed: 16 }],
    });
    const first = await ask(one, config, ...search);
    expect(first).toMatchObject({ from: "computed" });

    const ingested = await ask(other, config, "ingest", await other.sample());
    expect(ingested).toMatchObject({ videos: [{ frames: 5, computed: 0 }] });
    const servedBy = ingested.artefacts?.flatMap(({ served }) => Object.keys(served));
    expect(new Set(servedBy)).toEqual(new Set(["hot", "cold"]));
    expect(await ask(other, config, ...search)).toMatchObject({ from: "hot", hits: first.hits });

    const yawning = other.film("yawning.mp4");
    const size = { width: 64, height: 64, frames: 20, framesPerSecond: 10 };
    await makeFilm(yawning, { ...size, grey: () => 90 });
    await ask(other, config, "ingest", yawning);
    const own = await ask(other, config, ...search);
    expect(own.from).toBe("computed");
    expect(own.hits?.map(({ title }) => title)).toContain("yawning");
    expect(await ask(one, config, ...search)).toMatchObject({ from: "hot", hits: first.hits });
  });

  test("the configuration of the original design ingests and searches, told nothing but where its servers are", async () => {
    await using home = await AppHome.create();
    const original = await readFile(configPath("original.yaml"), "utf8");
    const disk = `${home.env["COGNIVERSE_HOME"]}/disk`;
    const bucket = `"${env["S3_BUCKET"]}", endpoint: "${env["S3_ENDPOINT"]}"`;
    const config = home.film("original.yaml");
    const placed = original
      .replace('"redis://localhost:6379"', `"${redis.url}"`)
      .replace('"/var/cache/cogniverse"', `"${disk}"`)
      .replace('"cogniverse-cache"', bucket);
    await writeFile(config, placed);
    const film = await home.sample();
    expect(await ask(home, config, "ingest", film, "--tenant", "original")).toMatchObject({
      videos: [{ frames: 5, computed: 16 }],
    });
    const search = ["search", "a rabbit yawns in the sun", "--tenant", "original"];
    const first = await ask(home, config, ...search);
    expect(first).toMatchObject({ from: "computed" });
    expect(first.hits?.[0]).toMatchObject({ timestampMs: 2160 });
    expect(await ask(home, config, ...search)).toMatchObject({ from: "hot", hits: first.hits });
  });
});

/** What the commands print; each has one part of it. */
type Printed = Readonly<{
  artefacts?: readonly Readonly<{ served: Readonly<Record<string, number>> }>[];
  from?: string;
  hits?: readonly Readonly<{ title: string }>[];
}>;
