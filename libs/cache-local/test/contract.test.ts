import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { flipBit } from "@cogniverse/testkit";
import { describeBackend, describeLog } from "@cogniverse/testkit/jest";
import type { LocalBackend, LocalOptions } from "../src/index.ts";
import { Workbench } from "./open-tier.ts";

async function fixture(options: Partial<LocalOptions> = {}) {
  const bench = new Workbench();
  const base_path = await bench.directory();
  // Passes of cleanup have tests of their own; here 400 days are to go by quickly.
  const open = () => bench.open({ cleanup_interval: 2_000_000, ...options, base_path });
  const backend = await open();
  return {
    backend,
    clock: bench.context.clock,
    advance: (ms: number) => bench.context.clock.advanceAndSettle(ms),
    reopen: open,
    another: open,
    spoil: async (key: string, tenantId: string) => damage(base_path, backend, key, tenantId),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

/** Flips a bit in the header of a value's file, whose name is the etag. */
async function damage(
  base_path: string,
  { entries }: LocalBackend,
  key: string,
  tenantId: string,
): Promise<void> {
  const head = await entries.headEntry(key, tenantId);
  const etag = head !== undefined && "etag" in head ? head.etag : "none";
  const names = await readdir(base_path, { recursive: true });
  const file = join(base_path, names.find((name) => name.endsWith(etag)) ?? "no file");
  await writeFile(file, flipBit(0)(await readFile(file)));
}

/** Both ways of keeping values: the second puts all but empty ones into files. */
const WAYS: readonly (readonly [name: string, options: Partial<LocalOptions>])[] = [
  ["local", {}],
  ["local, files only", { inline_max_bytes: 0 }],
];

for (const [name, options] of WAYS)
  describeBackend(name, () => fixture(options), {
    capabilities: ["entries", "scan", "log", "evictions", "purge"],
    hooks: ["reopen", "another", "spoil"],
    unreadable: ["corrupt"],
    bounded: () => fixture({ ...options, max_size_gb: 0.004 }),
  });

describeLog(
  "local",
  async () => {
    const { backend, reopen, another, ...rest } = await fixture();
    return {
      log: backend.log,
      close: () => backend[Symbol.asyncDispose](),
      reopen: async () => (await reopen()).log,
      another: async () => (await another()).log,
      [Symbol.asyncDispose]: rest[Symbol.asyncDispose],
    };
  },
  { hooks: ["close", "reopen", "another"] },
);
