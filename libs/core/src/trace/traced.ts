import type { Attributes, Span, TelemetryPort } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";

/** What is done, for whom, and what its span says from the start. */
export type Traced = Readonly<{ name: string; tenantId: string; attributes: Attributes }>;

/**
 * Runs `run` in a span of its own where something records, which ends in the step in which the result is known; `describe` says more of it then. Else a span is
 * made only of what fails, afterwards. Where nobody looks it only runs it.
 */
export function traced<R>(
  engine: Engine,
  about: () => Traced,
  run: () => Promise<R>,
  describe: (result: R) => Attributes,
): Promise<R> {
  const { telemetry } = engine;
  if (telemetry.isRecording()) return recorded(telemetry, about(), run, describe);
  return telemetry.keepsAlways() ? failures(engine, about, run) : run();
}

/** As {@link traced}, for what is rare and decides what others read: its span is kept whether anything above it records or not. */
export function alwaysTraced<R>(
  { telemetry }: Engine,
  about: () => Traced,
  run: () => Promise<R>,
  describe: (result: R) => Attributes,
): Promise<R> {
  if (!telemetry.isRecording() && !telemetry.keepsAlways()) return run();
  return recorded(telemetry, about(), run, describe, true);
}

async function recorded<R>(
  telemetry: TelemetryPort,
  { name, tenantId, attributes }: Traced,
  run: () => Promise<R>,
  describe: (result: R) => Attributes,
  always = false,
): Promise<R> {
  const span = telemetry.startSpan(name, tenantId, { attributes, always });
  try {
    const result = await span.within(run);
    if (span.isRecording) span.setAttributes(describe(result));
    span.end();
    return result;
  } catch (error) {
    throw failed(span, error);
  }
}

async function failures<R>(
  { telemetry, clock }: Engine,
  about: () => Traced,
  run: () => Promise<R>,
): Promise<R> {
  const startedAt = clock.monotonic();
  try {
    return await run();
  } catch (error) {
    const { name, tenantId, attributes } = about();
    const agoMs = clock.monotonic() - startedAt;
    throw failed(telemetry.startSpan(name, tenantId, { attributes, agoMs, always: true }), error);
  }
}

function failed(span: Span, error: unknown): unknown {
  span.recordError(error);
  span.end();
  return error;
}
