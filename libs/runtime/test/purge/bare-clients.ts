import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { askRedis, type RedisServer, type S3Server } from "@cogniverse/test-servers";

/** Where a text was found: a name of the place, never what stands beside it. */
export type Finding = string;

/** Every name and value of a server that holds the text. */
export async function inRedis(
  { host, port }: RedisServer,
  text: string,
): Promise<readonly Finding[]> {
  const names = (await askRedis({ host, port }, "KEYS", "*")).split(" ").filter(Boolean);
  const found: Finding[] = [];
  for (const name of names) {
    const type = await askRedis({ host, port }, "TYPE", name);
    const value = await askRedis({ host, port }, ...commandFor(type, name));
    if (name.includes(text) || value.includes(text)) found.push(name);
  }
  return found;
}

function commandFor(type: string, name: string): readonly [string, ...string[]] {
  if (type === "zset") return ["ZRANGE", name, "0", "-1"];
  if (type === "set") return ["SMEMBERS", name];
  if (type === "list") return ["LRANGE", name, "0", "-1"];
  if (type === "hash") return ["HGETALL", name];
  return type === "stream" ? ["XRANGE", name, "-", "+"] : ["GET", name];
}

/** Every file below a folder whose name or bytes hold the text, apart from LMDB's own. */
export async function inFiles(folder: string, text: string): Promise<readonly Finding[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: Finding[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /\/(?:index|log)\//.test(path)) continue;
    if (path.includes(text) || (await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}

interface BareTable {
  getRange(options: object): Iterable<Readonly<{ key: Uint8Array; value: Uint8Array }>>;
}

interface BareLmdb {
  open(options: object): {
    openDB(name: string, options: object): BareTable;
    close(): Promise<void>;
  };
}

/** Every table of an LMDB folder that has a row which holds the text. */
export async function inTables(
  folder: string,
  tables: readonly string[],
  text: string,
): Promise<readonly Finding[]> {
  const ofBackend = createRequire(new URL("../../../cache-local/package.json", import.meta.url));
  // The backend's own dependency, by the part of it that is used here.
  const lmdb = ofBackend("lmdb") as BareLmdb;
  const root = lmdb.open({ path: folder, readOnly: true, maxDbs: 32 });
  const binary = { encoding: "binary", keyEncoding: "binary" };
  try {
    return tables.filter((name) =>
      [...root.openDB(name, binary).getRange({})].some(
        ({ key, value }) => Buffer.from(key).includes(text) || Buffer.from(value).includes(text),
      ),
    );
  } finally {
    await root.close();
  }
}

interface BareS3 {
  S3: new (options: object) => {
    listObjectsV2(options: object): Promise<{ Contents?: readonly { Key?: string }[] }>;
    listMultipartUploads(options: object): Promise<{ Uploads?: readonly { Key?: string }[] }>;
    getObject(options: object): Promise<{ Body?: { transformToString(): Promise<string> } }>;
    destroy(): void;
  };
}

/** Every object of a bucket whose name or body holds the text, and every upload under way whose name does. */
export async function inBucket(
  { endpoint, region, credentials }: Pick<S3Server, "endpoint" | "region" | "credentials">,
  bucket: string,
  text: string,
): Promise<readonly Finding[]> {
  const ofBackend = createRequire(new URL("../../../cache-s3/package.json", import.meta.url));
  // As above.
  const { S3 } = ofBackend("@aws-sdk/client-s3") as BareS3;
  const client = new S3({ endpoint, region, credentials, forcePathStyle: true });
  const found: Finding[] = [];
  try {
    const { Uploads = [] } = await client.listMultipartUploads({ Bucket: bucket });
    for (const { Key = "" } of Uploads) if (Key.includes(text)) found.push(Key);
    const { Contents = [] } = await client.listObjectsV2({ Bucket: bucket });
    for (const { Key = "" } of Contents) {
      const { Body } = await client.getObject({ Bucket: bucket, Key });
      const body = (await Body?.transformToString()) ?? "";
      if (Key.includes(text) || body.includes(text)) found.push(Key);
    }
    return found;
  } finally {
    client.destroy();
  }
}
