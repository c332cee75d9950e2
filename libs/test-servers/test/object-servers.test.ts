import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "@jest/globals";

import {
  serverSuite,
  startFakeGcs,
  startMinistack,
  startSeaweed,
  type S3Place,
} from "../src/index.ts";

const Bucket = "bucket";
const Key = "folder/key";

function s3Client(place: S3Place): S3Client {
  return new S3Client({ ...place, forcePathStyle: true, maxAttempts: 1 });
}

async function putS3(place: S3Place): Promise<void> {
  const client = s3Client(place);
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from("kept") }));
  client.destroy();
}

async function findS3(place: S3Place): Promise<string | undefined> {
  const client = s3Client(place);
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return await Body?.transformToString();
  } finally {
    client.destroy();
  }
}

describe.each([
  ["ministack", "s3", () => startMinistack()],
  ["SeaweedFS", "s3-second", () => startSeaweed()],
] as const)("%s", (_, need, start) => {
  serverSuite([need], describe)("runs", () => {
    test("keeps objects over a restart and over SIGKILL, and is empty when asked to be", async () => {
      await using server = await start();
      await putS3(server);
      await server.restart({ keepData: true });
      expect(await findS3(server)).toBe("kept");
      await server.kill();
      await expect(findS3(server)).rejects.toThrow("ECONNREFUSED");
      await server.restart({ keepData: true });
      expect(await findS3(server)).toBe("kept");
      await server.restart({ keepData: false });
      await expect(findS3(server)).rejects.toThrow(/bucket does not exist/i);
    });

    test("two side by side share nothing", async () => {
      const [one, other] = await Promise.all([start(), start()]);
      await putS3(one);
      await expect(findS3(other)).rejects.toThrow(/bucket does not exist/i);
      await one.stop();
      await putS3(other);
      expect(await findS3(other)).toBe("kept");
      await other.stop();
    });

    test("paused it answers nothing", async () => {
      await using server = await start();
      server.pause();
      const impatient = fetch(server.endpoint, { signal: AbortSignal.timeout(300) });
      await expect(impatient).rejects.toThrow("timeout");
      server.resume();
      expect((await fetch(server.endpoint)).status).toBeLessThan(500);
    });
  });
});

serverSuite(["s3-second"], describe)("SeaweedFS", () => {
  test("refuses wrong keys, and has the buckets it is started with", async () => {
    const credentials = { accessKeyId: "somebody", secretAccessKey: "secret" };
    await using server = await startSeaweed({ credentials, buckets: [Bucket] });
    await expect(findS3(server)).rejects.toThrow(/key does not exist/i);
    const wrong = { ...server.credentials, secretAccessKey: "guessed" };
    const { endpoint, region } = server;
    await expect(findS3({ endpoint, region, credentials: wrong })).rejects.toThrow(/signature/i);
  });

  test("has room for many buckets", async () => {
    await using server = await startSeaweed();
    const client = s3Client(server);
    for (let index = 0; index < 12; index += 1) {
      await client.send(new CreateBucketCommand({ Bucket: `bucket-${index}` }));
      const object = { Bucket: `bucket-${index}`, Key, Body: Buffer.from("x") };
      const answer = await client.send(new PutObjectCommand(object));
      expect(answer.$metadata.httpStatusCode).toBe(200);
    }
    client.destroy();
  });
});

async function putGcs(endpoint: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ name: Bucket });
  await fetch(`${endpoint}/storage/v1/b?project=p`, { method: "POST", headers, body });
  const upload = `${endpoint}/upload/storage/v1/b/${Bucket}/o?uploadType=media&name=key`;
  await fetch(upload, { method: "POST", body: "kept" });
}

async function findGcs(endpoint: string): Promise<string | number> {
  const response = await fetch(`${endpoint}/storage/v1/b/${Bucket}/o/key?alt=media`);
  const text = await response.text();
  return response.ok ? text : response.status;
}

serverSuite(["gcs"], describe)("fake-gcs-server", () => {
  test("in files it keeps objects over a restart and over SIGKILL", async () => {
    await using server = await startFakeGcs({ backend: "filesystem" });
    await putGcs(server.endpoint);
    await server.restart({ keepData: true });
    expect(await findGcs(server.endpoint)).toBe("kept");
    await server.kill();
    await expect(findGcs(server.endpoint)).rejects.toThrow("fetch failed");
    await server.restart({ keepData: true });
    expect(await findGcs(server.endpoint)).toBe("kept");
    await server.restart({ keepData: false });
    expect(await findGcs(server.endpoint)).toBe(404);
  });

  test("in memory it keeps them until it ends, and does not pretend otherwise", async () => {
    await using server = await startFakeGcs();
    await putGcs(server.endpoint);
    expect(await findGcs(server.endpoint)).toBe("kept");
    await expect(server.restart({ keepData: true })).rejects.toThrow("filesystem");
    await server.restart({ keepData: false });
    expect(await findGcs(server.endpoint)).toBe(404);
  });
});
