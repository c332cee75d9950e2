import { setSession, setUser } from "@arizeai/openinference-core";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import { recordingLogger } from "@cogniverse/testkit";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { type ConfiguredCache, createCache, type TelemetrySection } from "../../src/index.ts";

const HIDE = "OPENINFERENCE_HIDE_INPUTS";
let exporter: InMemorySpanExporter;

beforeEach(() => {
  exporter = new InMemorySpanExporter();
});

afterEach(() => {
  delete process.env[HIDE];
  trace.disable();
  context.disable();
});

function register(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
}

function made(telemetry?: TelemetrySection, logger = recordingLogger()): Promise<ConfiguredCache> {
  const caching = { tiers: { memory: { backend: "memory" } } };
  const config = telemetry === undefined ? { caching } : { caching, telemetry };
  return createCache({ config, env: {}, logger });
}

/** The span of a miss, with what its caller hung on the context. */
async function read(cache: ConfiguredCache, video: string): Promise<ReadableSpan | undefined> {
  exporter.reset();
  const of = setUser(setSession(context.active(), { sessionId: "s-1" }), { userId: "u-1" });
  const key = keys.transcription({ video });
  await context.with(of, () => cache.getOrCompute(key, "acme", () => "text"));
  return exporter.getFinishedSpans().find(({ name }) => name === "cache.get");
}

const CARRIED = { "session.id": "s-1", "user.id": "u-1" };
const sections = [
  ["without a section", undefined],
  ["with one that exports nothing", { keys: { visibility: "plain" } }],
] as const;

test.each(sections)("a process's own SDK sees session and user, %s", async (_name, section) => {
  register();
  await using cache = await made(section);
  expect((await read(cache, "v"))?.attributes).toMatchObject(CARRIED);
});

test.each(sections)("what the environment hides is hidden from it, %s", async (_name, section) => {
  process.env[HIDE] = "true";
  await using cache = await made(section);
  register();
  const span = await read(cache, "v");
  expect(span?.attributes["cache.key"]).toBe("__REDACTED__");
  expect(span?.attributes["input.value"]).toBe("__REDACTED__");
});

test("an SDK that comes later sees session and user once what carries them is loaded", async () => {
  await using cache = await made();
  register();
  await read(cache, "first");
  await import("@cogniverse/foundation/openinference");
  await new Promise((resolve) => setImmediate(resolve));
  expect((await read(cache, "second"))?.attributes).toMatchObject(CARRIED);
});

test("how keys are masked is told where an SDK is there to see them", async () => {
  const told = async (): Promise<boolean> => {
    const logger = recordingLogger();
    await (await made({}, logger)).close();
    return logger.lines.some(({ message }) => message.includes("keys in telemetry are masked"));
  };
  expect(await told()).toBe(false);
  register();
  expect(await told()).toBe(true);
});
