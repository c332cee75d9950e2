import { describeBackend, describeLog } from "@cogniverse/testkit/jest";
import { entryBackend, FakeClock, mapBackend, memoryLog } from "@cogniverse/testkit";
import { fullLog } from "./full/full-log.ts";
import { everything, fullBackend } from "./full-backend.ts";

// What the suites are run against here must pass them whole; broken-backends.test.ts shows that others do not.
describeBackend(
  "six calls",
  () => {
    const clock = new FakeClock();
    return { backend: mapBackend({ clock }), clock, advance: (ms) => clock.advance(ms) };
  },
  { capabilities: [], closes: false },
);

describeBackend(
  "six calls with a default ttl",
  () => {
    const clock = new FakeClock();
    const backend = mapBackend({ clock, defaultTtl: 60 });
    return { backend, clock, advance: (ms) => clock.advance(ms) };
  },
  { capabilities: [], closes: false, largestBytes: 1 << 20 },
);

describeBackend(
  "entries, batch and scan",
  () => {
    const clock = new FakeClock();
    return { backend: entryBackend({ clock }), clock, advance: (ms) => clock.advance(ms) };
  },
  { capabilities: ["entries", "batch", "scan"] },
);

describeBackend("every capability and every hook", () => fullBackend(), {
  ...everything,
  largestBytes: 1 << 20,
});

describeLog("memory log", () => ({ log: memoryLog() }));

describeLog("log with every hook", () => fullLog(), {
  hooks: ["close", "reopen", "another", "forget", "loseAnswer"],
  configurableLease: true,
});
