import { copyFile, writeFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { fingerprintFile } from "../../src/media/fingerprint.ts";
import { SAMPLE } from "../support/sample.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const SAMPLE_SHA256 = "f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd";

test("is the SHA-256 of the bytes, whatever the name", async () => {
  await using folder = await TemporaryFolder.create();
  const copy = folder.at("another name.mp4");
  await copyFile(SAMPLE, copy);
  expect(await fingerprintFile(SAMPLE)).toBe(SAMPLE_SHA256);
  expect(await fingerprintFile(copy)).toBe(SAMPLE_SHA256);
  await writeFile(copy, "x", { flag: "a" });
  expect(await fingerprintFile(copy)).not.toBe(SAMPLE_SHA256);
});

test("a file that is not there is an UnreadableVideoError", async () => {
  await expect(fingerprintFile("/nowhere/film.mp4")).rejects.toMatchObject({
    name: "UnreadableVideoError",
    reason: "missing",
  });
});

test("an aborted signal stops it with the signal's reason", async () => {
  const reason = new Error("enough");
  await expect(fingerprintFile(SAMPLE, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
