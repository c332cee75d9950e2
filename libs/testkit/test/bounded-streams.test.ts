import { open, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { EntryMetadata, StreamStore } from "@cogniverse/sdk";
import { backendContract, type BackendFixture } from "@cogniverse/testkit";
import { collectingRunner } from "./collecting-runner.ts";
import { everything, fullBackend } from "./full-backend.ts";

const SIZE = 32 << 20;

/** One value in one file, by parts: all that the rule asks for. */
function fileStreams(file: string): StreamStore {
  let sealed: EntryMetadata | undefined;
  return {
    async putStream(_key, body, seal) {
      await using handle = await open(file, "w");
      for await (const chunk of body) await handle.write(chunk);
      sealed = seal();
      return "written";
    },
    async getStream() {
      const handle = await open(file);
      if (sealed === undefined) return undefined;
      return { metadata: sealed, etag: "written", body: handle.createReadStream() };
    },
  };
}

async function onDisk(): Promise<BackendFixture> {
  const folder = await mkdtemp(join(tmpdir(), "bounded-streams-"));
  const fixture = fullBackend();
  return {
    ...fixture,
    backend: { ...fixture.backend, streams: fileStreams(join(folder, "value")) },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

test("streams by way of a file hold no value", async () => {
  const runner = collectingRunner();
  const options = { ...everything, boundedStreams: true, largestBytes: SIZE };
  backendContract(runner, "on disk", onDisk, options);
  const rule = `a stream of ${SIZE} bytes is written and read without holding it`;
  expect(runner.names).toContain(rule);
  expect(await runner.failing(rule)).toEqual([]);
});
