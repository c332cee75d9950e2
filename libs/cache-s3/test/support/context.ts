import { randomBytes } from "node:crypto";
import type { BackendContext } from "@cogniverse/sdk";
import { recordingLogger, recordingTelemetry, type RecordingLogger } from "@cogniverse/testkit";

/**
 * A context whose log lines can be read. Its epoch stands still until `advance`, since this tier's expiry is by its own clock; its timers run, since
 * answers of servers do.
 */
export function serverContext(): BackendContext & {
  logger: RecordingLogger;
  advance: (ms: number) => void;
} {
  let now = Date.now();
  return {
    advance: (ms) => void (now += ms),
    tier: "cold",
    clock: {
      now: () => now,
      monotonic: () => performance.now(),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return { [Symbol.dispose]: () => clearTimeout(timer) };
      },
    },
    random: { next: () => Math.random(), id: () => randomBytes(16).toString("hex") },
    logger: recordingLogger(),
    telemetry: recordingTelemetry(),
  };
}
