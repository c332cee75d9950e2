// fake-gcs-server keeps no lifecycle rules: a scripted server does so here.
import { afterEach, expect, test } from "@jest/globals";
import { backendModule, gcsBackend, type GcsOptions } from "../../src/index.ts";
import type { BucketRule } from "../../src/bucket/lifecycle.ts";
import { testContext } from "../support/context.ts";
import { jsonError, ScriptedGcs, xmlError, type ScriptedAnswer } from "../support/scripted-gcs.ts";

const foreign: BucketRule = {
  action: { type: "Delete" },
  condition: { age: 3, matchesPrefix: ["tmp/"] },
};
const rules = [
  { transition_days: 30, storage_class: "COLDLINE" },
  { expiration_days: 365 },
] as const;
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** A bucket that keeps its rules, and refuses a change that was made on older ones. */
class RuledBucket {
  rules: readonly BucketRule[] = [foreign];
  metageneration = 1;
  patches = 0;
  /** Answers instead, where it gives one. */
  instead: (method: string) => ScriptedAnswer | undefined = () => undefined;
  endpoint = "";

  static async start(): Promise<RuledBucket> {
    const bucket = new RuledBucket();
    const server = await ScriptedGcs.start(({ method, path, query, body }) => {
      if (!path.startsWith("/storage/v1/b/media"))
        return { status: 200, body: "<ListBucketResult></ListBucketResult>" };
      if (path.endsWith("/o")) return { status: 200, body: "{}" };
      if (path.includes("/iam/")) return { status: 200, body: '{"permissions":[]}' };
      const other = bucket.instead(method);
      if (other !== undefined) return other;
      if (method === "PATCH") {
        bucket.patches += 1;
        if (query.get("ifMetagenerationMatch") !== String(bucket.metageneration))
          return jsonError(412, "conditionNotMet", "older");
        const change = JSON.parse(body.toString()) as { lifecycle: { rule: BucketRule[] } }; // As the tier sends it.
        bucket.rules = change.lifecycle.rule;
        bucket.metageneration += 1;
      }
      const resource = {
        metageneration: String(bucket.metageneration),
        lifecycle: { rule: bucket.rules },
      };
      return { status: 200, body: JSON.stringify(resource) };
    });
    open.push(server);
    bucket.endpoint = server.place.endpoint;
    return bucket;
  }

  async openTier(more: Partial<GcsOptions> = {}): Promise<ReturnType<typeof testContext>> {
    const context = testContext();
    const tier = await gcsBackend(this.options(more), context);
    await tier[Symbol.asyncDispose]();
    return context;
  }

  options(more: Partial<GcsOptions> = {}): GcsOptions {
    return {
      bucket: "media",
      endpoint: this.endpoint,
      prefix: "cache",
      lifecycle_rules: rules,
      ...more,
    };
  }
}

const ours = (age: number): unknown => ({
  action: { type: "Delete" },
  condition: { age, matchesPrefix: ["cache/tenants/"] },
});

test("rules are applied beside those of others, once", async () => {
  const bucket = await RuledBucket.start();
  await bucket.openTier();
  expect(bucket.rules[0]).toEqual(foreign);
  expect(bucket.rules).toContainEqual(ours(365));
  expect(bucket.rules).toContainEqual({
    action: { type: "SetStorageClass", storageClass: "COLDLINE" },
    condition: { age: 30, matchesPrefix: ["cache/tenants/"] },
  });
  expect(bucket.rules).toContainEqual({
    action: { type: "Delete" },
    condition: { age: 1, matchesPrefix: ["cache/uploads/"] },
  });
  await bucket.openTier();
  expect(bucket.patches).toBe(1);
});

test("what the configuration no longer has is removed, and what it changes changed", async () => {
  const bucket = await RuledBucket.start();
  await bucket.openTier();
  await bucket.openTier({ lifecycle_rules: [{ expiration_days: 10 }] });
  expect(bucket.rules[0]).toEqual(foreign);
  expect(bucket.rules).toContainEqual(ours(10));
  expect(bucket.rules.some(({ action }) => action.type === "SetStorageClass")).toBe(false);
  expect(bucket.rules.filter(({ condition }) => condition.age === 365)).toEqual([]);
});

test("another deployment's rules in the same bucket are left alone", async () => {
  const bucket = await RuledBucket.start();
  await bucket.openTier();
  await bucket.openTier({ prefix: "other", lifecycle_rules: [{ expiration_days: 7 }] });
  expect(bucket.rules).toContainEqual(ours(365));
});

test("nodes that start together end with the rules of one, none lost", async () => {
  const bucket = await RuledBucket.start();
  await Promise.all([1, 2, 3, 4].map(() => bucket.openTier()));
  expect(bucket.rules.filter(({ condition }) => condition.age === 365)).toHaveLength(1);
  expect(bucket.rules).toContainEqual(foreign);
});

test("a missing permission is one warning with its name, and the tier opens", async () => {
  const bucket = await RuledBucket.start();
  bucket.instead = (method) =>
    method === "PATCH"
      ? jsonError(403, "forbidden", "no storage.buckets.update access")
      : undefined;
  const { logger } = await bucket.openTier();
  expect(logger.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
  expect(JSON.stringify(logger.lines)).toContain("storage.buckets.update");
  expect(bucket.rules).toEqual([foreign]);
});

test("manage_bucket: false leaves the bucket as it is", async () => {
  const bucket = await RuledBucket.start();
  const { logger } = await bucket.openTier({ manage_bucket: false });
  expect([bucket.rules, bucket.patches, logger.lines]).toEqual([[foreign], 0, []]);
});

test("an examination shows what a start would change, and changes nothing", async () => {
  const bucket = await RuledBucket.start();
  const examine = (more: Partial<GcsOptions> = {}) =>
    backendModule.examine?.(bucket.options(more), testContext());
  const before = await examine();
  expect(before?.changes.map(({ action }) => action)).toEqual(Array(5).fill("add"));
  expect(before?.changes.map(({ after }) => after)).toContain(
    "cache/tenants/* after 30 days: to COLDLINE",
  );
  expect(bucket.patches).toBe(0);
  await bucket.openTier();
  expect((await examine())?.changes).toEqual([]);
  expect((await examine({ lifecycle_rules: [{ expiration_days: 9 }] }))?.changes).toMatchObject([
    { action: "remove", before: "cache/tenants/* after 30 days: to COLDLINE" },
    {
      action: "change",
      before: "cache/tenants/* after 365 days: expire",
      after: "cache/tenants/* after 9 days: expire",
    },
  ]);
  expect((await examine({ manage_bucket: false }))?.changes).toEqual([]);
});

test("an endpoint without the XML API is refused at start, and not taken for an empty cache", async () => {
  const server = await ScriptedGcs.start(({ path }) =>
    path.startsWith("/storage/") ? { status: 200, body: "{}" } : { status: 404, body: "Not Found" },
  );
  open.push(server);
  const options = { bucket: "media", endpoint: server.place.endpoint };
  await expect(gcsBackend(options, testContext())).rejects.toMatchObject({
    code: "invalid_config",
  });
  await expect(gcsBackend(options, testContext())).rejects.toThrow("-public-host");
});

test("a missing bucket is made where the configuration says so, without soft delete", async () => {
  let made: unknown;
  const server = await ScriptedGcs.start(({ method, path, query, body }) => {
    if (method === "POST" && path === "/storage/v1/b") {
      made = { project: query.get("project"), ...(JSON.parse(body.toString()) as object) };
      return { status: 200, body: "{}" };
    }
    if (path.startsWith("/storage/") && made === undefined)
      return jsonError(404, "notFound", "none");
    if (path.startsWith("/storage/")) return { status: 200, body: "{}" };
    return made === undefined
      ? xmlError(404, "NoSuchBucket", "none")
      : { status: 200, body: "<ListBucketResult/>" };
  });
  open.push(server);
  const options = { bucket: "media", endpoint: server.place.endpoint, manage_bucket: false };
  await expect(gcsBackend(options, testContext())).rejects.toThrow(
    "gcloud storage buckets create gs://media",
  );
  const more = { create_bucket: true, project_id: "proj", location: "EUROPE-WEST4" };
  await using _ = await gcsBackend({ ...options, ...more }, testContext());
  expect(made).toMatchObject({
    project: "proj",
    name: "media",
    location: "EUROPE-WEST4",
    softDeletePolicy: { retentionDurationSeconds: "0" },
  });
});
