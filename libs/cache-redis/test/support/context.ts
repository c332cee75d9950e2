import type { BackendContext } from "@cogniverse/sdk";
import { recordingLogger, recordingTelemetry, seededRandom } from "@cogniverse/testkit";

/** A context with the machine's own clock: the server has no other. */
export function systemContext(
  more: Partial<BackendContext> = {},
): BackendContext & { readonly logger: ReturnType<typeof recordingLogger> } {
  const after = (delayMs: number, run: () => void, holdsProcess = false): Disposable => {
    const timer = setTimeout(run, delayMs);
    if (!holdsProcess) timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  };
  return {
    tier: "hot",
    clock: { now: () => Date.now(), monotonic: () => performance.now(), after },
    random: seededRandom(1),
    telemetry: recordingTelemetry(),
    ...more,
    logger: recordingLogger(),
  };
}
