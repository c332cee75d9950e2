import { expect, test } from "@jest/globals";
import { backendModule } from "../src/index.ts";
import { OPTION_TABLE } from "../src/options/option-table.ts";
import { resolveOptions, storageClassFor } from "../src/options/resolved-options.ts";

const everything = {
  bucket: "cogniverse-cache",
  project_id: "p",
  prefix: "prod",
  endpoint: "http://localhost:4443",
  key_filename: "/etc/key.json",
  user_project: "payer",
  kms_key_name: "projects/p/locations/l/keyRings/r/cryptoKeys/k",
  storage_class: "STANDARD",
  storage_classes: { embeddings: "NEARLINE" },
  lifecycle_rules: [{ transition_days: 30, storage_class: "COLDLINE" }, { expiration_days: 365 }],
  manage_bucket: false,
  create_bucket: true,
  location: "EU",
  default_ttl: null,
  max_value_bytes: 1000,
  resumable_above_bytes: 0,
  concurrency: 8,
  connect_timeout: 0.5,
  request_timeout: 60,
  write_interval: 0,
  max_retries: 0,
};

test("only the bucket is needed", () => {
  const options = { bucket: "cogniverse-cache" };
  expect(backendModule.parse(options)).toEqual({ ok: true, options });
  expect(backendModule.parse(everything)).toEqual({ ok: true, options: everything });
  expect(backendModule).toMatchObject({
    name: "gcs",
    profile: { traits: { locality: "shared", durable: true }, logLeaseMs: "network" },
  });
});

test.each([
  ["bucket", "No"],
  ["project_id", ""],
  ["prefix", "/a"],
  ["endpoint", "ftp://x"],
  ["endpoint", "http://user:marked@x"],
  ["key_filename", 3],
  ["credentials", { private_key: "marked" }],
  ["user_project", null],
  ["kms_key_name", "k"],
  ["storage_class", "GLACIER"],
  ["storage_classes", { a: "COLD" }],
  ["lifecycle_rules", [{ days: 3 }]],
  ["lifecycle_rules", [{ expiration_days: 0 }]],
  ["lifecycle_rules", [{ transition_days: 3, storage_class: "GLACIER" }]],
  ["lifecycle_rules", [{ expiration_days: 3 }, { expiration_days: 4 }]],
  ["manage_bucket", "no"],
  ["create_bucket", 1],
  ["location", ""],
  ["default_ttl", 0],
  ["max_value_bytes", 0],
  ["resumable_above_bytes", -1],
  ["concurrency", 0],
  ["connect_timeout", 0],
  ["request_timeout", "1s"],
  ["write_interval", -1],
  ["max_retries", 11],
])("%s: %j is refused at its place, and no secret is said", (name, value) => {
  const parsed = backendModule.parse({ bucket: "cogniverse-cache", [name]: value });
  if (parsed.ok) throw new Error("accepted");
  expect(parsed.problems.map(({ path }) => path)).toEqual([[name]]);
  expect(JSON.stringify(parsed)).not.toContain("marked");
});

test("a class of S3 is told what it is here", () => {
  const parsed = backendModule.parse({ bucket: "cogniverse-cache", storage_class: "GLACIER" });
  expect(JSON.stringify(parsed)).toContain("here it is ARCHIVE");
});

test("unknown options are told the known ones, and all is reported at once", () => {
  const parsed = backendModule.parse({ buckets: "x", concurrency: 0 });
  if (parsed.ok) throw new Error("accepted");
  expect(parsed.problems).toHaveLength(3);
  expect(parsed.problems[0]?.expected).toEqual(Object.keys(OPTION_TABLE));
  expect(Object.keys(backendModule.jsonSchema["properties"] ?? {})).toEqual(
    Object.keys(OPTION_TABLE),
  );
});

test.each([undefined, null, 3, "x", []])("%j is no configuration, and does not throw", (config) => {
  expect(backendModule.parse(config)).toMatchObject({ ok: false });
});

test("a key type has its own class, in all of its versions", () => {
  const options = resolveOptions({
    bucket: "b",
    storage_class: "STANDARD",
    storage_classes: { embeddings: "NEARLINE" },
  });
  expect(storageClassFor("embeddings/m/v/1.npz", options)).toBe("NEARLINE");
  expect(storageClassFor("embeddings@2/m/v/1.npz", options)).toBe("NEARLINE");
  expect(storageClassFor("frames/v/1.jpg", options)).toBe("STANDARD");
  expect(storageClassFor("constructor/v", resolveOptions({ bucket: "b" }))).toBeUndefined();
});
