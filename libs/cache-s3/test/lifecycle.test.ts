import {
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  type LifecycleRule,
} from "@aws-sdk/client-s3";
import { serverSuite, sharedS3, sharedSecondS3 } from "@cogniverse/test-servers";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { backendModule, s3Backend, type S3Options } from "../src/index.ts";
import { BucketBench } from "./support/bucket-bench.ts";
import { s3Error, ScriptedServer } from "./support/scripted-server.ts";

const FOREIGN: LifecycleRule = {
  ID: "theirs",
  Status: "Enabled",
  Filter: { Prefix: "reports/" },
  Expiration: { Days: 7 },
};
/** As the original configuration has them. */
const RULES = [{ transition_days: 30, storage_class: "GLACIER" }, { expiration_days: 365 }];
const ALWAYS = ["abort-multipart", "uploads-abort-multipart", "uploads-expiration"];

let bench: BucketBench;

afterEach(() => bench[Symbol.asyncDispose]());

async function rules(): Promise<LifecycleRule[]> {
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bench.name });
  return (await bench.bare.send(command)).Rules ?? [];
}

async function ids(): Promise<string[]> {
  return (await rules()).map(({ ID = "" }) => ID.replace("cogniverse-cache/", ""));
}

async function start(options: Partial<S3Options> = {}): Promise<void> {
  const tier = await s3Backend(bench.options(options), bench.context);
  await tier[Symbol.asyncDispose]();
}

function warnings(): readonly string[] {
  return bench.context.logger.lines
    .filter(({ level }) => level === "warn")
    .map(({ message }) => message);
}

serverSuite(["s3"], describe)("lifecycle rules on a bucket", () => {
  beforeEach(async () => {
    bench = await BucketBench.at(await sharedS3());
  });

  test("those of the configuration, those that always are, and foreign ones left as they are", async () => {
    await bench.bare.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: bench.name,
        LifecycleConfiguration: { Rules: [FOREIGN] },
      }),
    );
    await start({ lifecycle_rules: RULES });
    expect(await ids()).toEqual(["theirs", "transition-glacier", "expiration", ...ALWAYS]);
    const [theirs, glacier, expiration, abort] = await rules();
    expect(theirs).toEqual(FOREIGN);
    expect(glacier).toMatchObject({
      Filter: { Prefix: "tenants/" },
      Transitions: [{ Days: 30, StorageClass: "GLACIER" }],
    });
    expect(expiration).toMatchObject({ Filter: { Prefix: "tenants/" }, Expiration: { Days: 365 } });
    expect(abort).toMatchObject({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } });
  });

  test("several nodes that start together end with each rule once", async () => {
    await Promise.all(Array.from({ length: 6 }, () => start({ lifecycle_rules: RULES })));
    expect(await ids()).toEqual(["transition-glacier", "expiration", ...ALWAYS]);
    expect(warnings()).toEqual([]);
  });

  test("a second start sends nothing", async () => {
    await start({ lifecycle_rules: RULES });
    const lines = bench.context.logger.lines.length;
    await start({ lifecycle_rules: RULES });
    expect(bench.context.logger.lines).toHaveLength(lines);
  });

  test("changed and removed with the configuration, one changed by hand is put right", async () => {
    await start({ lifecycle_rules: RULES });
    const before = await rules();
    const byHand = before.map((rule) =>
      rule.Expiration?.Days === 365 ? { ...rule, Status: "Disabled" as const } : rule,
    );
    await bench.bare.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: bench.name,
        LifecycleConfiguration: { Rules: byHand },
      }),
    );
    await start({ lifecycle_rules: RULES });
    expect(await rules()).toEqual(before);
    await start({ lifecycle_rules: [{ expiration_days: 30 }] });
    expect(await ids()).toEqual(["expiration", ...ALWAYS]);
    await start();
    expect(await ids()).toEqual(ALWAYS);
  });

  test("two deployments in one bucket do not touch each other's", async () => {
    await start({ prefix: "a", lifecycle_rules: RULES });
    await start({ prefix: "b", lifecycle_rules: [{ expiration_days: 3 }] });
    await start({ lifecycle_rules: [{ expiration_days: 4 }] });
    const days = (await rules()).flatMap(({ Filter, Expiration }) =>
      Filter?.Prefix?.endsWith("tenants/") && Expiration ? [[Filter.Prefix, Expiration.Days]] : [],
    );
    expect(days).toEqual([
      ["a/tenants/", 365],
      ["b/tenants/", 3],
      ["tenants/", 4],
    ]);
  });

  test("examine shows what a start would change, and changes nothing", async () => {
    await start({ lifecycle_rules: [{ expiration_days: 30 }] });
    const before = await rules();
    const options = bench.options({ lifecycle_rules: RULES });
    const { changes } = (await backendModule.examine?.(options, bench.context)) ?? {};
    expect(changes).toEqual([
      {
        what: "lifecycle rule cogniverse-cache/expiration",
        action: "change",
        before: "tenants/* after 30 days: expire",
        after: "tenants/* after 365 days: expire",
      },
      {
        what: "lifecycle rule cogniverse-cache/transition-glacier",
        action: "add",
        after: "tenants/* after 30 days: to GLACIER",
      },
    ]);
    expect(await rules()).toEqual(before);
  });

  test("manage_bucket: false leaves the bucket as it is, and examine says so", async () => {
    await start({ lifecycle_rules: RULES, manage_bucket: false });
    await expect(rules()).rejects.toThrow("lifecycle");
    const options = bench.options({ lifecycle_rules: RULES, manage_bucket: false });
    const examination = await backendModule.examine?.(options, bench.context);
    expect(examination?.changes).toEqual([]);
    expect(examination?.findings).toContainEqual(
      expect.objectContaining({ check: "lifecycle", level: "warning" }),
    );
  });
});

serverSuite(["s3-second"], describe)(
  "lifecycle rules where a server has none of their kind",
  () => {
    test("the tier starts with one warning", async () => {
      bench = await BucketBench.at(await sharedSecondS3());
      await start({ lifecycle_rules: RULES });
      expect(warnings()).toEqual([
        expect.stringContaining("this server does not have rules of these kinds"),
      ]);
    });
  },
);

describe("on the recorded request: lifecycle rules without permission", () => {
  test.each([
    ["GET", "s3:GetLifecycleConfiguration"],
    ["PUT", "s3:PutLifecycleConfiguration"],
  ])("a refused %s is one warning with the permission's name", async (refused, permission) => {
    await using server = await ScriptedServer.start();
    server.answers(({ method, path }) => {
      if (!path.includes("lifecycle")) return { status: 200 };
      return method === refused
        ? s3Error(403, "AccessDenied")
        : s3Error(404, "NoSuchLifecycleConfiguration");
    });
    const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
    const place = { endpoint: server.endpoint, region: "us-east-1", credentials };
    bench = await BucketBench.at(place, { make: false });
    await start({ lifecycle_rules: RULES });
    expect(warnings()).toEqual([expect.stringContaining(`${permission} is missing`)]);
  });
});
