import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { encodeFrame } from "@cogniverse/sdk/frame";
import { entryKey } from "../src/entry-key.ts";
import { EntryIndex } from "../src/entry-index.ts";
import { openEnvironment } from "../src/environment.ts";
import { entryOf, Workbench } from "./open-tier.ts";

/** A directory whose index has so many entries of 200 bytes. */
async function filled(bench: Workbench, entries: number): Promise<string> {
  const base_path = await bench.directory();
  await (await bench.open({ base_path }))[Symbol.asyncDispose]();
  const environment = await openEnvironment(join(base_path, "index"), 1 << 30);
  const index = new EntryIndex(environment);
  const [header, payload] = encodeFrame(entryOf(200));
  for (let done = 0; done < entries; done += 2000)
    environment.transact(() => {
      for (let n = done; n < Math.min(done + 2000, entries); n++) {
        const id = n.toString(16).padStart(32, "0");
        const sizes = { payloadBytes: 200, expiresAt: 2e12 + n, asOf: 0 };
        index.insert(entryKey("acme", `k/${n}`), { id, header, payload, ...sizes }, undefined);
      }
    }, "after");
  await environment.release();
  return base_path;
}

/** Milliseconds until the first entry is read, the best of several openings. */
async function openingMs(bench: Workbench, base_path: string): Promise<number> {
  let best = Infinity;
  for (let n = 0; n < 5; n++) {
    const start = performance.now();
    const tier = await bench.open({ base_path });
    expect(await tier.exists("k/7", "acme")).toBe(true);
    best = Math.min(best, performance.now() - start);
    await tier[Symbol.asyncDispose]();
  }
  return best;
}

test("opening takes as long with 50,000 entries as with 100", async () => {
  await using bench = new Workbench();
  const few = await openingMs(bench, await filled(bench, 100));
  const many = await openingMs(bench, await filled(bench, 50_000));
  expect(many).toBeLessThan(few * 4 + 20);
}, 30_000);
