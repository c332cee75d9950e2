import { registerHooks } from "node:module";

// As where the optional package was not installed.
registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== "@opentelemetry/exporter-trace-otlp-grpc") return next(specifier, context);
    throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  },
});
const { startTelemetry } = await import("../../src/node/index.ts");
const { KeptLines } = await import("../support/kept-lines.ts");

try {
  await startTelemetry(
    { endpoint: "http://127.0.0.1:1", protocol: "grpc" },
    { logger: new KeptLines(), env: {} },
  );
} catch (error) {
  const { code, message } = error as { code?: string; message?: string }; // Whatever was thrown.
  process.send?.({ code, message });
}
