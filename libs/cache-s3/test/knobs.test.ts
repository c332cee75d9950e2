import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverSuite, sharedS3 } from "@cogniverse/test-servers";
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { resolveOptions, type S3Options } from "../src/options.ts";
import { sdkClient } from "../src/sdk-client.ts";
import { BucketBench } from "./support/bucket-bench.ts";
import { ScriptedServer } from "./support/scripted-server.ts";

serverSuite(["s3"], describe)("options that say how entries are kept", () => {
  let bench: BucketBench;

  beforeEach(async () => {
    bench = await BucketBench.at(await sharedS3());
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  test("prefix stands before every object's name, and what lies elsewhere is not seen", async () => {
    const mine = { prefix: "team/cache" };
    const tier = bench.tier(bench.bucket(mine), 600, mine);
    await tier.put("frames/v/1.jpg", new Uint8Array(3), "acme");
    expect(await bench.names()).toEqual(["team/cache/tenants/acme/frames/v/1.jpg"]);
    expect(await tier.listKeys("", "acme")).toEqual(["frames/v/1.jpg"]);
    const other = { prefix: "team" };
    expect(await bench.tier(bench.bucket(other), 600, other).listKeys("", "acme")).toEqual([]);
  });

  test("default_ttl is the life of an entry that was given none, and of no other", async () => {
    const short = { default_ttl: 60 };
    const tier = bench.tier(bench.bucket(short), 600, short);
    await tier.put("a", new Uint8Array(3), "acme");
    await tier.put("b", new Uint8Array(3), "acme", {}, null);
    bench.context.advance(61_000);
    expect(await tier.get("a", "acme")).toBeUndefined();
    expect(await tier.get("b", "acme")).toHaveLength(3);
  });
});

describe("options that say how the service is asked", () => {
  test("profile: its keys sign, those of the environment do not", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cache-s3-"));
    const before = { ...process.env };
    await using server = await ScriptedServer.start();
    server.answers({ status: 200, headers: { etag: '"e"' } });
    try {
      const keys = (id: string): string => `aws_access_key_id = ${id}\naws_secret_access_key = s\n`;
      const file = join(folder, "credentials");
      await writeFile(file, `[default]\n${keys("DEFAULTID")}[cold]\n${keys("COLDID")}`);
      process.env["AWS_SHARED_CREDENTIALS_FILE"] = file;
      process.env["AWS_CONFIG_FILE"] = join(folder, "config");
      for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"])
        delete process.env[name];
      const signedBy = async (more: Partial<S3Options>): Promise<string> => {
        const options = { bucket: "bucket", endpoint: server.endpoint, ...more };
        const client = sdkClient(resolveOptions(options));
        const { accessKeyId } = await client.config.credentials();
        client.destroy();
        return accessKeyId;
      };
      expect(await signedBy({ profile: "cold" })).toBe("COLDID");
      expect(await signedBy({})).toBe("DEFAULTID");
    } finally {
      process.env = before;
      await rm(folder, { recursive: true });
    }
  });

  test("concurrency, connect_timeout and request_timeout are those of the SDK's connections", async () => {
    const times = { concurrency: 3, connect_timeout: 0.25, request_timeout: 7 };
    const options = { bucket: "bucket", endpoint: "http://127.0.0.1:1", ...times };
    const keys = { access_key_id: "id", secret_access_key: "secret" };
    const client = sdkClient(resolveOptions({ ...options, ...keys }));
    const { requestHandler } = client.config;
    if (!(requestHandler instanceof NodeHttpHandler)) throw new Error("another handler");
    // The handler reads its options when it is first used; nothing listens there.
    const refused = client.send(new HeadBucketCommand({ Bucket: "bucket" }));
    await expect(refused).rejects.toThrow("ECONNREFUSED");
    expect(requestHandler.httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 250,
      socketTimeout: 7000,
      httpAgent: { maxSockets: 3, keepAlive: true },
    });
    client.destroy();
  });
});
