import { randomBytes } from "node:crypto";
import type { BackendContext, Clock } from "@cogniverse/sdk";
import { recordingLogger, recordingTelemetry, type RecordingLogger } from "@cogniverse/testkit";

/** This machine's clock, which can be put forward: timers run in real time, as the server does. */
export class ShiftedClock implements Clock {
  #aheadMs = 0;

  advance(ms: number): void {
    this.#aheadMs += ms;
  }

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  monotonic(): number {
    return performance.now() + this.#aheadMs;
  }

  after(delayMs: number, run: () => void, holdsProcess = false): Disposable {
    const timer = setTimeout(run, delayMs);
    if (!holdsProcess) timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }
}

/** A context whose log lines can be read and whose clock can be put forward. */
export function testContext(): BackendContext & { logger: RecordingLogger; clock: ShiftedClock } {
  return {
    tier: "cold",
    clock: new ShiftedClock(),
    random: { next: () => Math.random(), id: () => randomBytes(16).toString("hex") },
    logger: recordingLogger(),
    telemetry: recordingTelemetry(),
  };
}
