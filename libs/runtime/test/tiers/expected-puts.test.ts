import { expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import { entryBackend, FakeClock, memoryLog, recordingLogger } from "@cogniverse/testkit";
import { createCache } from "../../src/index.ts";
import { fakeModule } from "../support/fake-modules.ts";

test("a tier that looks before it writes is told of a put before the put's record is in the log", async () => {
  const clock = new FakeClock();
  const happened: string[] = [];
  const log = memoryLog();
  const shared = fakeModule("shared");
  shared.make = async () => {
    const backend = entryBackend({ clock });
    const { entries } = backend;
    return Object.assign(backend, {
      log: {
        ...log,
        append: (...args: Parameters<typeof log.append>) => {
          happened.push("append");
          return log.append(...args);
        },
      },
      entries: {
        ...entries,
        expectPut: async (key: string, tenantId: string) =>
          void happened.push(`look at ${tenantId} ${key}`),
        putEntry: (...args: Parameters<typeof entries.putEntry>) => {
          happened.push("write");
          return entries.putEntry(...args);
        },
      },
    });
  };
  await using cache = await createCache({
    config: { caching: { tiers: { shared: { backend: "shared" } } } },
    backends: { shared },
    clock,
    logger: recordingLogger(),
  });
  await cache.forTenant("acme").put(keys.transcription({ video: "v1" }), []);
  expect(happened).toEqual([
    "look at acme transcriptions/v1/transcription.json",
    "append",
    "write",
  ]);
});
