import { describeBackend, describeLog } from "@cogniverse/testkit/jest";
import { entryBackend, FakeClock, mapBackend, memoryLog } from "@cogniverse/testkit";
import { fullBackend } from "./full-backend.ts";

// What the suites are run against here must pass them whole; broken-backends.test.ts shows that others do not.
describeBackend(
  "six calls",
  () => {
    const clock = new FakeClock();
    return { backend: mapBackend({ clock }), clock, advance: (ms) => clock.advance(ms) };
  },
  { capabilities: [] },
);

describeBackend(
  "six calls with a default ttl",
  () => {
    const clock = new FakeClock();
    const backend = mapBackend({ clock, defaultTtl: 60 });
    return { backend, clock, advance: (ms) => clock.advance(ms) };
  },
  { capabilities: [], largestBytes: 1 << 20 },
);

describeBackend(
  "entries, batch and scan",
  () => {
    const clock = new FakeClock();
    return { backend: entryBackend({ clock }), clock, advance: (ms) => clock.advance(ms) };
  },
  { capabilities: ["entries", "batch", "scan"] },
);

describeBackend("every capability", () => fullBackend(), {
  capabilities: ["entries", "batch", "streams", "scan", "leases", "log", "residents", "evictions"],
  hooks: ["reopen"],
  largestBytes: 1 << 20,
  bounded: () => fullBackend({ maxEntries: 100 }),
});

describeLog("memory log", () => ({ log: memoryLog() }));
