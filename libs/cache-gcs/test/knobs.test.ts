import { serverSuite, sharedGcs } from "@cogniverse/test-servers";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { gcsBackend } from "../src/index.ts";
import { BucketBench } from "./support/bucket-bench.ts";
import { testContext } from "./support/context.ts";
import { ScriptedGcs } from "./support/scripted-gcs.ts";

serverSuite(["gcs"], describe)("options that say how entries are kept", () => {
  let bench: BucketBench;

  beforeEach(async () => {
    bench = await BucketBench.at(await sharedGcs());
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  test("storage_class is every entry's, storage_classes those of single key types in any version", async () => {
    const tier = await bench.backend({
      storage_class: "COLDLINE",
      storage_classes: { frames: "NEARLINE" },
    });
    for (const key of ["frames@2/v/1.jpg", "frames/v/1.jpg", "embeddings/m/v/0.npz"])
      await tier.put(key, new Uint8Array(3), "acme");
    const [files] = await bench.bare.getFiles({ prefix: "tenants/" });
    const classes = files.map(({ name, metadata }) => [name, metadata.storageClass]);
    expect(Object.fromEntries(classes)).toEqual({
      "tenants/acme/frames@2/v/1.jpg": "NEARLINE",
      "tenants/acme/frames/v/1.jpg": "NEARLINE",
      "tenants/acme/embeddings/m/v/0.npz": "COLDLINE",
    });
  });

  test("default_ttl is the life of an entry that was given none, and of no other", async () => {
    const tier = await bench.backend({ default_ttl: 60 });
    await tier.put("a", new Uint8Array(3), "acme");
    await tier.put("b", new Uint8Array(3), "acme", {}, null);
    bench.context.clock.advance(61_000);
    expect(await tier.get("a", "acme")).toBeUndefined();
    expect(await tier.get("b", "acme")).toHaveLength(3);
  });
});

test("key_filename: the file is what authorizes, and nothing is sent without it", async () => {
  await using server = await ScriptedGcs.start(() => ({ status: 200, body: "{}" }));
  await using bench = await BucketBench.at(server.place, { make: false });
  const options = { ...bench.options(), key_filename: "/nowhere/key.json", max_retries: 0 };
  await expect(gcsBackend(options, testContext())).rejects.toMatchObject({
    code: "auth",
    message: expect.stringContaining("key_filename"),
  });
  expect(server.requests).toHaveLength(0);
});
