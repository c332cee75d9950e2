import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Redis } from "ioredis";
import { askAll } from "./echo.ts";
import type { NodeTiers, S3Target } from "./node.ts";

type Task = () => Promise<unknown>;

/**
 * What bare clients need for parts of an acknowledged write; left out where there is no such client. `write`: one write of the truth; `put`: the requests of
 * a put: the log's head and its replacement side by side, then the value; `echo`: a question to all other processes and their answers.
 */
export type RawWrites = AsyncDisposable & Readonly<{ write?: Task; put?: Task; echo?: Task }>;

/** A round of the measurement adds about so much to the head of a log. */
const HEAD_BYTES_A_ROUND = 460;
const LARGEST_HEAD_BYTES = 128 * 1024;
const VALUE_BYTES = 1024;

/** For a log in a bucket or in Redis; `others`: processes that answer. */
export async function rawWrites({ redis, s3 }: NodeTiers, others: number): Promise<RawWrites> {
  await using opening = new AsyncDisposableStack();
  const asking = redis === undefined ? undefined : opening.use(await askAll(redis, others));
  const echo = asking === undefined ? {} : { echo: asking.ask };
  const writes =
    s3 !== undefined
      ? await onBucket(s3, opening)
      : redis !== undefined
        ? await onRedis(redis, opening)
        : {};
  const opened = opening.move();
  return { ...echo, ...writes, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** The conditional replacement of an object that grows as the log's head does; for a put, beside a look whether it has changed, and before the value. */
async function onBucket(
  { accessKeyId, secretAccessKey, endpoint, region, bucket }: S3Target,
  opening: AsyncDisposableStack,
): Promise<Readonly<{ write: Task; put: Task }>> {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  opening.defer(() => client.destroy());
  const head = { Bucket: bucket, Key: `bare/head-${process.pid}` };
  const value = { Bucket: bucket, Key: `bare/value-${process.pid}` };
  let bytes = HEAD_BYTES_A_ROUND;
  let { ETag } = await client.send(new PutObjectCommand({ ...head, Body: Buffer.from("{}") }));
  const write = async (): Promise<void> => {
    bytes = Math.min(bytes + HEAD_BYTES_A_ROUND, LARGEST_HEAD_BYTES);
    const put = { ...head, Body: Buffer.alloc(bytes, "x"), IfMatch: ETag };
    ({ ETag } = await client.send(new PutObjectCommand(put)));
  };
  const put = async (): Promise<void> => {
    const look = client.send(new GetObjectCommand({ ...head, IfNoneMatch: ETag }));
    // Unchanged is an error to this client.
    await Promise.all([look.catch(() => undefined), write()]);
    await client.send(new PutObjectCommand({ ...value, Body: Buffer.alloc(VALUE_BYTES, "x") }));
  };
  return { write, put };
}

/** A script that sets one field. */
async function onRedis(
  url: string,
  opening: AsyncDisposableStack,
): Promise<Readonly<{ write: Task }>> {
  const client = new Redis(url);
  opening.defer(() => client.disconnect());
  const text = "return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])";
  const sha = String(await client.script("LOAD", text));
  const record = "x".repeat(150);
  return { write: () => client.evalsha(sha, 1, "bare", "field", record) };
}
