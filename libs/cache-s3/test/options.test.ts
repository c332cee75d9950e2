import { describe, expect, test } from "@jest/globals";
import { backendModule } from "../src/index.ts";

const problemsOf = (config: unknown) => {
  const parsed = backendModule.parse(config);
  return parsed.ok ? [] : parsed.problems;
};

test("the tier of the original configuration", () => {
  const config = {
    bucket: "cogniverse-cache",
    region: "us-east-1",
    storage_class: "INTELLIGENT_TIERING",
    lifecycle_rules: [{ transition_days: 30, storage_class: "GLACIER" }, { expiration_days: 365 }],
  };
  expect(backendModule.parse(config)).toEqual({ ok: true, options: config });
});

test("everything that there is", () => {
  const config = {
    bucket: "b.c-d",
    region: "eu-west-1",
    endpoint: "https://s3.example.org:9000",
    path_style: false,
    prefix: "team/cache",
    storage_classes: { frames: "STANDARD_IA" },
    lifecycle_rules: [
      { transition_days: 30, storage_class: "GLACIER" },
      { transition_days: 90, storage_class: "DEEP_ARCHIVE" },
    ],
    sse: "kms",
    sse_kms_key_id: "arn:aws:kms:k",
    requester_pays: true,
    access_key_id: "id",
    secret_access_key: "secret",
    session_token: "token",
    manage_bucket: false,
    create_bucket: false,
    restore_archived: { days: 3, tier: "Bulk" },
    concurrency: 8,
    request_timeout: 2.5,
    connect_timeout: 1,
    default_ttl: null,
    max_value_bytes: 1000,
  };
  expect(problemsOf(config)).toEqual([]);
});

describe("refused, with the place and what was expected", () => {
  test.each([
    ["no bucket", {}, [], "bucket is missing"],
    ["a bucket's name", { bucket: "No" }, ["bucket"], "a-z 0-9"],
    ["an unknown option", { bucket: "abc", bukket: 1 }, ["bukket"], "unknown option"],
    ["a class", { bucket: "abc", storage_class: "cold" }, ["storage_class"], "STANDARD_IA"],
    [
      "a class that there is not",
      { bucket: "abc", storage_class: "STANDRD_IA" },
      ["storage_class"],
      'or STANDARD_IA, got "STANDRD_IA"',
    ],
    [
      "a class of a key type",
      { bucket: "abc", storage_classes: { frames: "STANDRD_IA" } },
      ["storage_classes", "frames"],
      "STANDARD_IA",
    ],
    [
      "an archive for new entries",
      { bucket: "abc", storage_class: "GLACIER" },
      ["storage_class"],
      "no new entry could be read back. Take GLACIER_IR",
    ],
    [
      "an archive for new entries of a key type",
      { bucket: "abc", storage_classes: { frames: "DEEP_ARCHIVE" } },
      ["storage_classes", "frames"],
      "lifecycle rule",
    ],
    [
      "a class of a rule",
      { bucket: "abc", lifecycle_rules: [{ transition_days: 30, storage_class: "GLACIERR" }] },
      ["lifecycle_rules", 0, "storage_class"],
      "GLACIER_IR",
    ],
    [
      "a rule",
      { bucket: "abc", lifecycle_rules: [{ days: 3 }] },
      ["lifecycle_rules"],
      "transition_days",
    ],
    [
      "a rule twice",
      { bucket: "abc", lifecycle_rules: [{ expiration_days: 3 }, { expiration_days: 4 }] },
      ["lifecycle_rules", 1],
      "twice",
    ],
    [
      "half a pair of keys",
      { bucket: "abc", access_key_id: "id" },
      ["access_key_id"],
      "secret_access_key",
    ],
    [
      "a KMS key without KMS",
      { bucket: "abc", sse_kms_key_id: "k" },
      ["sse_kms_key_id"],
      "sse: kms",
    ],
    ["a prefix of its own names", { bucket: "abc", prefix: "a/tenants" }, ["prefix"], "tenants"],
    ["a ttl of nothing", { bucket: "abc", default_ttl: 0 }, ["default_ttl"], "above 0"],
    ["no object", "bucket", [], "expected an object"],
  ])("%s", (_, config, path, message) => {
    expect(problemsOf(config)).toEqual([
      expect.objectContaining({ path, message: expect.stringContaining(message) }),
    ]);
  });

  test("a secret is not shown", () => {
    const config = {
      bucket: "abc",
      secret_access_key: ["top-secret"],
      endpoint: "http://user:top-secret@host",
    };
    expect(problemsOf(config)).toHaveLength(2);
    expect(JSON.stringify(problemsOf(config))).not.toContain("top-secret");
  });
});

test("the schema knows each option and a description of it", () => {
  const { properties } = backendModule.jsonSchema;
  expect(Object.values(properties as object)).toEqual(
    Array.from({ length: 23 }, () => expect.objectContaining({ description: expect.any(String) })),
  );
});
