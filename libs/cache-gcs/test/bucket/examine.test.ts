// Permissions and most settings of a bucket are not to be had from fake-gcs-server: a scripted server tells them.
import { describe, expect, test } from "@jest/globals";
import { serverSuite, sharedGcs } from "@cogniverse/test-servers";
import type { Examination } from "@cogniverse/sdk";
import { backendModule, type GcsOptions } from "../../src/index.ts";
import { BucketBench } from "../support/bucket-bench.ts";
import { testContext } from "../support/context.ts";
import { jsonError, ScriptedGcs } from "../support/scripted-gcs.ts";

const ALL = ["create", "delete", "get", "list"].map((name) => `storage.objects.${name}`);
const BUCKETS = ["storage.buckets.get", "storage.buckets.update"];

async function examined(
  bucket: Readonly<Record<string, unknown>>,
  {
    permissions = [...ALL, ...BUCKETS],
    status = 200,
    ...options
  }: Partial<GcsOptions> & { permissions?: string[]; status?: number } = {},
): Promise<Examination & { methods: readonly string[] }> {
  await using server = await ScriptedGcs.start(({ path }) => {
    if (path.includes("/iam/")) return { status: 200, body: JSON.stringify({ permissions }) };
    if (status !== 200) return jsonError(status, "forbidden", "no");
    return { status, headers: { server: "UploadServer" }, body: JSON.stringify(bucket) };
  });
  const all = { bucket: "media", endpoint: server.place.endpoint, ...options };
  const found = await backendModule.examine?.(all, testContext());
  if (found === undefined) throw new Error("the module has no examine");
  return { ...found, methods: server.requests.map(({ method }) => method) };
}

const levels = ({ findings }: Examination): Record<string, string> =>
  Object.fromEntries(findings.map(({ check, level }) => [check, level]));

test("a bucket as it should be has no finding above ok, and nothing was changed", async () => {
  const found = await examined({
    location: "EU",
    locationType: "multi-region",
    storageClass: "STANDARD",
  });
  expect(new Set(Object.values(levels(found)))).toEqual(new Set(["ok"]));
  expect(found.server).toBe("UploadServer");
  expect(Math.abs(found.clockOffsetMs ?? 9999)).toBeLessThan(1500);
  expect(found.methods).toEqual(["GET", "GET"]);
  expect(found.findings).toContainEqual(
    expect.objectContaining({ check: "location", message: "STANDARD in EU (multi-region)" }),
  );
});

test("settings that cost money or forbid what a cache does are findings with a remedy", async () => {
  const found = await examined(
    {
      versioning: { enabled: true },
      softDeletePolicy: { retentionDurationSeconds: "604800" },
      retentionPolicy: { retentionPeriod: "86400" },
      defaultEventBasedHold: true,
      billing: { requesterPays: true },
      autoclass: { enabled: true },
    },
    { storage_class: "NEARLINE" },
  );
  expect(levels(found)).toEqual({
    permissions: "ok",
    location: "ok",
    versioning: "warning",
    "soft-delete": "warning",
    "retention-policy": "problem",
    "object-holds": "problem",
    "requester-pays": "problem",
    autoclass: "warning",
  });
  for (const { level, remedy } of found.findings) expect(remedy !== undefined).toBe(level !== "ok");
});

test("missing permissions are named: those of objects are problems, those of the bucket warnings", async () => {
  const found = await examined({}, { permissions: ALL.slice(1) });
  expect(levels(found)).toMatchObject({
    "permission storage.objects.create": "problem",
    "permission storage.buckets.get": "warning",
    "permission storage.buckets.update": "warning",
  });
  const unmanaged = await examined({}, { permissions: ALL, manage_bucket: false });
  expect(levels(unmanaged)).toMatchObject({ permissions: "ok" });
});

test("a bucket that may not be looked at is a warning", async () => {
  const found = await examined({}, { status: 403, permissions: ALL });
  expect(levels(found)).toMatchObject({ bucket: "warning" });
});

serverSuite(["gcs"], describe)("on fake-gcs-server", () => {
  test("an examination tells of the bucket, and of one that is not there", async () => {
    await using bench = await BucketBench.at(await sharedGcs());
    const found = await backendModule.examine?.(bench.options(), bench.context);
    expect(found?.findings).toContainEqual(
      expect.objectContaining({ check: "permissions", level: "ok" }),
    );
    await bench.bare.delete();
    const missing = await backendModule.examine?.(bench.options(), bench.context);
    expect(missing?.findings).toContainEqual(
      expect.objectContaining({ check: "bucket", level: "problem" }),
    );
    const toMake = await backendModule.examine?.(
      bench.options({ create_bucket: true }),
      bench.context,
    );
    expect(toMake?.changes).toEqual([{ what: `bucket ${bench.name}`, action: "add" }]);
  });
});
