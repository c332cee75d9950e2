import { FakeClock, recordingLogger } from "@cogniverse/testkit";
import { describeBackend } from "@cogniverse/testkit/jest";
import { memoryBackend, type MemoryOptions } from "../src/index.ts";

function fixture(options: MemoryOptions) {
  const clock = new FakeClock();
  const backend = memoryBackend(options, { clock, logger: recordingLogger() });
  return { backend, clock, advance: (ms: number) => clock.advance(ms) };
}

/** Without and with a quota, which keeps tenants in queues of their own. */
const WAYS: readonly (readonly [name: string, options: MemoryOptions])[] = [
  ["memory", {}],
  ["memory, tenants with a quota", { maxTenantShare: 0.9 }],
];

for (const [name, options] of WAYS)
  describeBackend(name, () => fixture({ ...options, maxBytes: 2 ** 30 }), {
    capabilities: ["entries", "scan", "residents", "evictions", "purge"],
    bounded: () => fixture({ ...options, maxBytes: 500_000 }),
  });
