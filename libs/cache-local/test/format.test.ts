import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { toPosition } from "@cogniverse/sdk";
import { joinFrame } from "@cogniverse/sdk/frame";
import { openEnvironment } from "../src/environment.ts";
import { decodeRecord, encodeRecord } from "../src/index-record.ts";
import { positionKey } from "../src/log/log-rows.ts";
import { entryOf, Workbench } from "./open-tier.ts";

const golden = (name: string): Promise<string> =>
  readFile(new URL(`golden/${name}`, import.meta.url), "utf8");

describe("format 1", () => {
  test("a record of the index, byte for byte", async () => {
    const head = {
      id: "00112233445566778899aabbccddeeff",
      inFile: false,
      headerBytes: 64,
      payloadBytes: 3,
      expiresAt: 1_750_000_000_000,
      asOf: 42,
      order: 7,
      indexBytes: 500,
    };
    const record = encodeRecord(head, new Uint8Array(64).fill(1), Uint8Array.of(9, 8, 7));
    expect(`${record.toString("hex")}\n`).toBe(await golden("record-1.hex"));
    expect(decodeRecord(Buffer.from((await golden("record-1.hex")).trim(), "hex"))).toEqual(head);
  });

  test("a record of another version is not opened", async () => {
    const record = Buffer.from((await golden("record-1.hex")).trim(), "hex");
    record[0] = 2;
    expect(decodeRecord(record)).toBeUndefined();
  });

  test("what is where, in the directory and in the tables", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const tier = await bench.open({ base_path });
    const entry = entryOf(20_000, 5, { asOf: toPosition(3), expiresAt: 2e12, tags: ["t"] });
    const etag = (await tier.entries.putEntry("a/b", entry, "acme")) ?? "";
    await tier.put("small", Uint8Array.of(1), "acme");
    const record = { tenantId: "acme", mode: "hard", at: 5, node: "n" } as const;
    await tier.log.append([{ ...record, scope: { kind: "key", value: "a/b" } }]);

    const file = join(base_path, "values", etag.slice(0, 2), etag);
    expect(Buffer.from(joinFrame(entry)).equals(await readFile(file))).toBe(true);
    const found = [`directories: ${(await readdir(base_path)).toSorted().join(" ")}`];
    found.push(`values/xx/${etag} = ${shown(await readFile(file))}`);
    for (const [path, names] of TABLES) {
      const environment = await openEnvironment(join(base_path, path), 1 << 20);
      for (const name of names) {
        for (const { key, value } of environment.table(name).getRange({}))
          found.push(`${path}/${name} ${shown(key)} = ${shown(value)}`);
      }
      await environment.release();
    }
    const { logId } = await tier.log.head();
    const text = found.join("\n").replaceAll(etag, "ID").replaceAll(logId, "LOG ID");
    expect(`${text}\n`).toBe(await golden("layout-1.txt"));
  });
});

const TABLES: readonly (readonly [path: string, names: readonly string[]])[] = [
  ["index", ["meta", "tenants", "entries", "order", "expiry", "files", "pending"]],
  ["log", ["meta", "records", "scopes"]],
];

/** Text where it is text, else hex; of a long value only the beginning. */
function shown(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  const isText = buffer.every((byte) => byte === 0 || (byte >= 32 && byte < 127));
  const isMostlyZero = buffer.filter((byte) => byte === 0).length > 1;
  if (isText && !isMostlyZero) return JSON.stringify(buffer.toString());
  return buffer.length > 64
    ? `${buffer.subarray(0, 48).toString("hex")}..., ${buffer.length} bytes`
    : buffer.toString("hex");
}

describe("another format", () => {
  test.each(["index", "log"])(
    "in %s is refused with what to do, and left as it is",
    async (part) => {
      await using bench = new Workbench();
      const base_path = await bench.directory();
      const first = await bench.open({ base_path });
      await first.put("k", Uint8Array.of(1), "acme");
      await first[Symbol.asyncDispose]();
      const setFormat = async (version: string): Promise<void> => {
        const environment = await openEnvironment(join(base_path, part), 1 << 20);
        environment.transact(
          () => environment.table("meta").putSync(Buffer.from("format"), Buffer.from(version)),
          "before",
        );
        await environment.release();
      };
      await setFormat("2");
      await expect(bench.open({ base_path })).rejects.toMatchObject({
        code: "invalid_config",
        message: expect.stringMatching(/format "2".*another base_path; nothing was changed/),
      });
      await setFormat("1");
      const again = await bench.open({ base_path });
      expect(await again.get("k", "acme")).toEqual(Uint8Array.of(1));
    },
  );
});

test("positions sort as numbers", () => {
  const keys = [1, 255, 256, 65_536, Number.MAX_SAFE_INTEGER].map(positionKey);
  expect(keys.toSorted((a, b) => Buffer.compare(a, b))).toEqual(keys);
});
