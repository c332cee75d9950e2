import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

test("a process that has its own SDK keeps it: spans go there, also after our shutdown, nothing is counted, and what is said in vain is named", async () => {
  const child = fork(fileURLToPath(new URL("own-sdk.child.ts", import.meta.url)), [], {
    execArgv: ["--conditions=@cogniverse/source"],
  });
  const [report] = await once(child, "message");
  expect(report).toEqual({
    spans: ["cache.get", "later"],
    stats: { exported: 0, dropped: 0, failures: 0, queue: 0 },
    lines: [
      {
        level: "warn",
        message: "this process has its own OpenTelemetry SDK: spans of the cache go there",
        fields: {
          ignored: "telemetry.endpoint, telemetry.project, telemetry.tenancy, telemetry.service",
          advice: "add an OTLP exporter to that SDK, or let the cache start its own",
        },
      },
      {
        level: "info",
        message: "this process has its own OpenTelemetry SDK: spans of the cache go there",
        fields: {},
      },
    ],
  });
});
