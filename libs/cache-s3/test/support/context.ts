import { randomBytes } from "node:crypto";
import type { BackendContext } from "@cogniverse/sdk";
import { recordingLogger, recordingTelemetry, type RecordingLogger } from "@cogniverse/testkit";

/** A context of this machine's own clock, since servers have theirs, whose log lines can be read. */
export function serverContext(): BackendContext & { logger: RecordingLogger } {
  return {
    tier: "cold",
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return { [Symbol.dispose]: () => clearTimeout(timer) };
      },
    },
    random: { next: () => Math.random(), id: () => randomBytes(16).toString("hex") },
    logger: recordingLogger(),
    telemetry: recordingTelemetry(),
    networkLeaseMs: 600,
  };
}
