import { PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { serverSuite, sharedS3, sharedSecondS3 } from "@cogniverse/test-servers";
import { afterEach, describe, expect, test } from "@jest/globals";
import { backendModule, s3Backend } from "../src/index.ts";
import { BucketBench } from "./support/bucket-bench.ts";
import { s3Error, ScriptedServer } from "./support/scripted-server.ts";

let bench: BucketBench;

afterEach(() => bench[Symbol.asyncDispose]());

serverSuite(["s3"], describe)("start", () => {
  test("a missing bucket is an error that names it and the command that makes it", async () => {
    bench = await BucketBench.at(await sharedS3(), { make: false });
    await expect(s3Backend(bench.options(), bench.context)).rejects.toMatchObject({
      code: "tier_unavailable",
      retryable: false,
      message: expect.stringContaining(`aws s3 mb s3://${bench.name}`),
    });
  });

  test("create_bucket makes it, also by several nodes at once", async () => {
    bench = await BucketBench.at(await sharedS3(), { make: false });
    const options = bench.options({ create_bucket: true });
    const tiers = await Promise.all([1, 2, 3].map(() => s3Backend(options, bench.context)));
    const [one, two] = tiers;
    await one?.put("a", new Uint8Array([1]), "t");
    expect(await two?.get("a", "t")).toEqual(new Uint8Array([1]));
    for (const tier of tiers) await tier[Symbol.asyncDispose]();
  });

  test("a client of the user's own is used and lives on", async () => {
    bench = await BucketBench.at(await sharedS3());
    const client = new S3Client({ ...bench.place, forcePathStyle: true });
    const tier = await s3Backend({ bucket: bench.name }, bench.context, client);
    await tier.put("a", new Uint8Array([1, 2]), "t");
    expect(await tier.get("a", "t")).toEqual(new Uint8Array([1, 2]));
    await tier[Symbol.asyncDispose]();
    expect(await bench.names("tenants/")).toEqual(["tenants/t/a"]);
    const again = await s3Backend({ bucket: bench.name }, bench.context, client);
    expect(await again.get("a", "t")).toEqual(new Uint8Array([1, 2]));
    await again[Symbol.asyncDispose]();
    client.destroy();
  });
});

serverSuite(["s3"], describe)("examine", () => {
  test("server, clock, permissions and settings of a bucket in order", async () => {
    bench = await BucketBench.at(await sharedS3());
    const examination = await backendModule.examine?.(bench.options(), bench.context);
    const passed = Date.now() - bench.context.clock.now();
    const offset = (examination?.clockOffsetMs ?? Infinity) - passed;
    expect(Math.abs(offset)).toBeLessThan(1500);
    const levels = examination?.findings.map(({ check, level }) => `${check}: ${level}`);
    expect(levels).toEqual([
      "clock: ok",
      "permission s3:ListBucket: ok",
      "permission s3:GetObject: ok",
      "permission s3:PutObject: ok",
      "permission s3:AbortMultipartUpload: ok",
      "permission s3:DeleteObject: ok",
      "versioning: ok",
      "object-lock: ok",
    ]);
    expect(await bench.names()).toEqual([]);
  });

  test("versioning keeps what is deleted: a warning with the remedy", async () => {
    bench = await BucketBench.at(await sharedS3());
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await bench.bare.send(
      new PutBucketVersioningCommand({ Bucket: bench.name, VersioningConfiguration }),
    );
    const examination = await backendModule.examine?.(bench.options(), bench.context);
    const found = examination?.findings.find(({ check }) => check === "versioning");
    expect(found).toMatchObject({
      level: "warning",
      remedy: expect.stringContaining("NoncurrentVersionExpiration"),
    });
  });

  test("a missing bucket is a problem, or what the next start makes", async () => {
    bench = await BucketBench.at(await sharedS3(), { make: false });
    const missing = await backendModule.examine?.(bench.options(), bench.context);
    expect(missing?.findings).toMatchObject([{ check: "bucket", level: "problem" }]);
    const made = await backendModule.examine?.(
      bench.options({ create_bucket: true }),
      bench.context,
    );
    expect(made?.changes).toEqual([{ what: `bucket ${bench.name}`, action: "add" }]);
  });
});

serverSuite(["s3-second"], describe)("a server that checks signatures", () => {
  test("names itself, and refuses a wrong secret at start and in examine without showing it", async () => {
    bench = await BucketBench.at(await sharedSecondS3());
    const good = await backendModule.examine?.(bench.options(), bench.context);
    expect(good?.server).toContain("SeaweedFS");
    const wrong = bench.options({ secret_access_key: "not-the-secret" });
    const tries = [
      () => s3Backend(wrong, bench.context),
      async () => backendModule.examine?.(wrong, bench.context),
    ];
    for (const attempt of tries) {
      const error: unknown = await attempt().catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "auth", retryable: false });
      expect(String(error)).not.toContain("not-the-secret");
    }
  });
});

describe("on the recorded request: examine without permissions", () => {
  test("each that is missing is named", async () => {
    await using server = await ScriptedServer.start();
    server.answers(({ method, path }) => {
      if (path.includes("object-lock"))
        return {
          status: 200,
          body: "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
        };
      if (method === "PUT" || method === "DELETE" || path.includes("versioning"))
        return s3Error(403, "AccessDenied");
      return path.includes("lifecycle") ? s3Error(403, "AccessDenied") : { status: 200 };
    });
    const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
    bench = await BucketBench.at(
      { endpoint: server.endpoint, region: "us-east-1", credentials },
      { make: false },
    );
    const examination = await backendModule.examine?.(bench.options(), bench.context);
    const bad = examination?.findings.filter(({ level }) => level !== "ok");
    expect(bad?.map(({ check, level }) => `${check}: ${level}`)).toEqual([
      "permission s3:PutObject: problem",
      "permission s3:AbortMultipartUpload: problem",
      "permission s3:DeleteObject: problem",
      "versioning: warning",
      "object-lock: problem",
      "lifecycle: warning",
    ]);
  });
});
