import { describe, expect, test } from "@jest/globals";
import { serverSuite, sharedS3, startRedis } from "@cogniverse/test-servers";
import { CliHome } from "./support/cli-home.ts";

const YAML = `caching:
  coherence: { lease_ms: 300 }
  tiers:
    memory: { backend: memory }
    hot: { backend: redis, config: { url: "\${REDIS_URL}", eviction_policy: allkeys-lru } }
`;

serverSuite(["redis"], describe)("on a Redis of its own", () => {
  test("config check and doctor tell what they saw there, and leave it as it was", async () => {
    await using home = await CliHome.create();
    await using server = await startRedis();
    const config = await home.file("redis.yaml", YAML);
    const options = { env: { REDIS_URL: server.url } };

    const check = await home.runWith(options, "config", "check", config);
    expect(check).toMatchObject({ code: 0, err: "" });
    expect(check.out).toMatch(/│ hot +│ (Redis|Valkey) \d/);
    expect(check.out).toContain('invalidation goes by the log of "hot" (redis)');
    expect(check.out).toContain("at the latest 300 ms later");

    const doctor = await home.runWith(options, "doctor", "--config", config, "--json");
    const { ok, tiers } = JSON.parse(doctor.out);
    expect({ code: doctor.code, ok }).toEqual({ code: 0, ok: true });
    expect(tiers[1].findings).toContainEqual(
      expect.objectContaining({ check: "eviction-policy", level: "warning" }),
    );
    const written = await home.runWith(options, "stats", "-c", config, "-t", "acme", "--json");
    expect(JSON.parse(written.out).tiers[1]).toMatchObject({ tier: "hot", entries: 0 });
  });

  test("a server that dies is a warning to config check and a problem to doctor", async () => {
    await using home = await CliHome.create();
    await using server = await startRedis();
    const config = await home.file("redis.yaml", YAML);
    const options = { env: { REDIS_URL: server.url } };
    await server.kill();
    const check = await home.runWith(options, "config", "check", config);
    expect(check).toMatchObject({ code: 0, err: expect.stringMatching(/^warning: .+"hot"/) });
    expect((await home.runWith(options, "doctor", "--config", config)).code).toBe(1);
  });
});

const NO_BUCKET = `caching:
  tiers:
    memory: { backend: memory }
    cold:
      backend: s3
      config: { bucket: cogniverse-not-there, endpoint: "\${S3}", access_key_id: "\${ID}", secret_access_key: "\${SECRET}" }
`;

serverSuite(["s3"], describe)("on an S3", () => {
  test("a bucket that is not there is a problem to config check, which says how to make it", async () => {
    await using home = await CliHome.create();
    const config = await home.file("s3.yaml", NO_BUCKET);
    const { endpoint, credentials } = await sharedS3();
    const env = { S3: endpoint, ID: credentials.accessKeyId, SECRET: credentials.secretAccessKey };
    const check = await home.runWith({ env }, "config", "check", config);
    expect(check).toMatchObject({ code: 1, err: `${config}: 1 problem(s)\n` });
    expect(check.out).not.toMatch(/ is right$/m);
    const json = await home.runWith({ env }, "config", "check", config, "--json");
    const { ok, servers } = JSON.parse(json.out);
    expect({ code: json.code, ok }).toEqual({ code: 1, ok: false });
    expect(servers[1].examination.findings).toMatchObject([
      { check: "bucket", remedy: expect.stringContaining(`--endpoint-url ${endpoint}`) },
    ]);
  });
});
