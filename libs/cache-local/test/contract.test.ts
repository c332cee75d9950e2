import { describeBackend, describeLog } from "@cogniverse/testkit/jest";
import type { LocalOptions } from "../src/index.ts";
import { Workbench } from "./open-tier.ts";

async function fixture(options: Partial<LocalOptions> = {}) {
  const bench = new Workbench();
  const base_path = await bench.directory();
  // Passes of cleanup have tests of their own; here 400 days are to go by quickly.
  const open = () => bench.open({ cleanup_interval: 2_000_000, ...options, base_path });
  return {
    backend: await open(),
    clock: bench.context.clock,
    advance: (ms: number) => bench.context.clock.advanceAndSettle(ms),
    reopen: open,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

/** Both ways of keeping values: the second puts all but empty ones into files. */
const WAYS: readonly (readonly [name: string, options: Partial<LocalOptions>])[] = [
  ["local", {}],
  ["local, files only", { inline_max_bytes: 0 }],
];

for (const [name, options] of WAYS)
  describeBackend(name, () => fixture(options), {
    capabilities: ["entries", "scan", "log", "evictions"],
    hooks: ["reopen"],
    largestBytes: 16 << 20,
    listedKeys: 600,
    bounded: () => fixture({ ...options, max_size_gb: 0.004 }),
  });

describeLog(
  "local",
  async () => {
    const { backend, reopen, ...rest } = await fixture();
    return {
      log: backend.log,
      close: () => backend[Symbol.asyncDispose](),
      reopen: async () => (await reopen()).log,
      [Symbol.asyncDispose]: rest[Symbol.asyncDispose],
    };
  },
  { hooks: ["close", "reopen"] },
);
