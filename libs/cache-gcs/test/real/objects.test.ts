import { gzipSync } from "node:zlib";
import { execFile } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { defaultMaxListeners, getEventListeners } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pythonWithNumpy, serverSuite, sharedGcs } from "@cogniverse/test-servers";
import { type Entry, toPosition } from "@cogniverse/sdk";
import { BucketBench } from "../support/bucket-bench.ts";
import { isOldEmulator } from "../support/server-deviations.ts";

const run = promisify(execFile);

let bench: BucketBench;
beforeEach(async () => {
  bench = await BucketBench.at(await sharedGcs());
});
afterEach(() => bench[Symbol.asyncDispose]());

function entry(data: Uint8Array, contentType: string, encodings: readonly string[] = []): Entry {
  return {
    data,
    metadata: {
      logId: "log",
      asOf: toPosition(1),
      createdAt: 0,
      freshUntil: null,
      expiresAt: null,
      computeMs: 1,
      codec: "bytes",
      contentType,
      encodings,
      decodedBytes: data.byteLength,
      checksum: "",
      digest: "",
      tags: [],
      inherited: [],
      user: {},
    },
  };
}

serverSuite(["gcs"], describe)("on fake-gcs-server", () => {
  test("the object is the value: a bare client reads it with its type under the key's own name", async () => {
    const tier = await bench.backend({ prefix: "prod" });
    const data = new Uint8Array([255, 216, 255, 1]);
    await tier.entries.putEntry("frames/v%2F1/frame_1.jpg", entry(data, "image/jpeg"), "acme");
    const file = bench.bare.file("prod/tenants/acme/frames/v%2F1/frame_1.jpg");
    expect((await file.download())[0]).toEqual(Buffer.from(data));
    const [found] = await file.getMetadata();
    expect(found).toMatchObject({
      contentType: "image/jpeg",
      cacheControl: "no-cache, no-transform",
    });
  });

  test("what is stored compressed comes back as it was stored", async () => {
    const client = bench.client();
    const packed = gzipSync("x".repeat(10_000));
    const headers = { contentType: "application/json", contentEncoding: "gzip", metadata: {} };
    await client.write("n", packed, { headers });
    const found = await client.read("n");
    expect(found).toMatchObject({ info: { headers: { contentEncoding: "gzip" } } });
    expect(typeof found === "object" && Buffer.compare(found.data, packed)).toBe(0);
  });

  test.each([
    ["at once", 2 ** 26],
    ["in pieces that can be resumed", 1000],
  ])("a value is written %s, under its condition", async (_, resumable_above_bytes) => {
    const client = bench.client({ resumable_above_bytes });
    const data = new Uint8Array(17 * 2 ** 20).fill(3);
    const headers = { contentType: "a/b", metadata: { "cog-v": "1" } };
    const etag = await client.write("n", data, { headers, condition: { if: "absent" } });
    expect(etag).toMatch(/^\d+$/);
    const again = await client.write("n", data, { headers, condition: { if: "absent" } });
    const heeded = resumable_above_bytes > data.byteLength || !(await isOldEmulator());
    expect(again === undefined).toBe(heeded);
    const found = await client.read("n");
    expect(found).toMatchObject({ info: { etag: again ?? etag, bytes: data.byteLength } });
    expect(typeof found === "object" && Buffer.compare(found.data, data)).toBe(0);
    expect(await client.read("n", { unless: again ?? etag })).toBe("unchanged");
  });

  test("listings go on after any name, in the order of bytes, with headers", async () => {
    const client = bench.client();
    const headers = { contentType: "a/b", metadata: { "cog-v": "1" } };
    for (const name of ["k/a", "k/a/b", "k/B", "k/z", "l"])
      await client.write(name, new Uint8Array(3), { headers });
    const names: string[] = [];
    for await (const page of client.list("k/", { after: "k/B" }))
      for (const line of page) {
        names.push(line.name);
        expect(line).toMatchObject({ bytes: 3, headers });
      }
    expect(names).toEqual(["k/a", "k/a/b", "k/z"]);
    await client.deleteMany([...names, "never-there"]);
    expect(await bench.names()).toEqual(["k/B", "l"]);
  });

  test("a deleted bucket is an error and no miss", async () => {
    const client = bench.client();
    await bench.bare.delete();
    await expect(client.read("n")).rejects.toThrow("gcloud storage buckets create");
    await expect(client.head("n")).rejects.toMatchObject({ code: "tier_unavailable" });
    await expect(client.delete("n")).rejects.toMatchObject({ code: "tier_unavailable" });
  });

  test("writes of one key are a second apart, and of those that wait the latest is sent", async () => {
    const tier = await bench.backend({ write_interval: 1 });
    const begun = performance.now();
    const puts = Array.from({ length: 20 }, (_, i) => tier.put("k", new Uint8Array([i]), "t"));
    expect(await Promise.all(puts)).toEqual(Array(20).fill(true));
    expect(performance.now() - begun).toBeGreaterThan(900);
    expect(await tier.get("k", "t")).toEqual(new Uint8Array([19]));
  });

  test("a thousand requests at once open no more connections than allowed and leak no listener", async () => {
    const sockets: Socket[] = [];
    const opened = (message: unknown): void => {
      if (isOpened(message)) sockets.push(message.socket);
    };
    const client = bench.client({ concurrency: 8 });
    const { signal } = new AbortController();
    subscribe("net.client.socket", opened);
    await Promise.all(
      Array.from({ length: 1000 }, (_, i) => client.read(`n/${i}`, {}, { signal })),
    );
    unsubscribe("net.client.socket", opened);
    expect(sockets).toHaveLength(8);
    // Each has served some 125 requests.
    for (const socket of sockets)
      for (const event of socket.eventNames())
        expect(socket.listenerCount(event)).toBeLessThan(defaultMaxListeners);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

/** Whether it is what `node:diagnostics_channel` says of a connection that begins. */
function isOpened(message: unknown): message is Readonly<{ socket: Socket }> {
  return typeof message === "object" && message !== null && "socket" in message;
}

serverSuite(["gcs", "python"], describe)("numpy", () => {
  test("loads what a bare client fetched of a tier", async () => {
    const python = await pythonWithNumpy();
    const folder = await mkdtemp(join(tmpdir(), "cache-gcs-"));
    try {
      const made = join(folder, "made.npz");
      await run(python, [
        "-c",
        `import numpy; numpy.savez(${JSON.stringify(made)}, a=numpy.arange(6.0).reshape(2, 3))`,
      ]);
      const { readFile } = await import("node:fs/promises");
      const tier = await bench.backend();
      await tier.entries.putEntry(
        "embeddings/m/v/1.npz",
        entry(new Uint8Array(await readFile(made)), "application/zip"),
        "acme",
      );
      const fetched = join(folder, "fetched.npz");
      const [bytes] = await bench.bare.file("tenants/acme/embeddings/m/v/1.npz").download();
      await writeFile(fetched, bytes);
      const { stdout } = await run(python, [
        "-c",
        `import numpy; print(numpy.load(${JSON.stringify(fetched)})["a"].tolist())`,
      ]);
      expect(stdout.trim()).toBe("[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
