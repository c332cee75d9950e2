import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

test("gRPC without its package is refused with the package's name", async () => {
  const child = fork(fileURLToPath(new URL("no-grpc.child.ts", import.meta.url)), [], {
    execArgv: ["--conditions=@cogniverse/source"],
  });
  const [report] = await once(child, "message");
  expect(report).toMatchObject({
    code: "invalid_config",
    message: expect.stringContaining("needs the package @opentelemetry/exporter-trace-otlp-grpc"),
  });
});
