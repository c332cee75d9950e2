import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { serverSuite, startPhoenix } from "@cogniverse/test-servers";
import { startTelemetry } from "../../src/node/index.ts";
import { KeptLines } from "../support/kept-lines.ts";
import { PhoenixClient } from "../support/phoenix-client.ts";

serverSuite(["phoenix"], describe)("with a Phoenix of its own", () => {
  test("a key opens one with a login, goes away and comes back: told once each, what was lost is counted", async () => {
    const auth = {
      secret: "a1-secret-of-thirty-two-characters-or-more",
      adminSecret: "b2-secret-of-thirty-two-characters-or-more",
    };
    await using phoenix = await startPhoenix({ auth });
    const logger = new KeptLines();
    const project = `login-${randomUUID()}`;
    const endpoint = phoenix.url;
    const batch = { timeoutMs: 500 };
    const start = (apiKey: string): ReturnType<typeof startTelemetry> =>
      startTelemetry({ endpoint, project, apiKey, batch, shutdownMs: 30_000 }, { logger, env: {} });

    await using refused = await start("nobody-knows-this-key");
    refused.port.startSpan("cache.get", "acme", { always: true }).end();
    await refused.flush();
    expect(refused.stats()).toEqual({ exported: 0, dropped: 1, failures: 1, queue: 0 });
    await refused.shutdown();
    expect(JSON.stringify(logger.lines)).not.toContain("nobody-knows-this-key");
    logger.lines.length = 0;

    await using telemetry = await start(auth.adminSecret);
    const send = async (): Promise<void> => {
      telemetry.port.startSpan("cache.get", "acme", { always: true }).end();
      await telemetry.flush();
    };
    while (telemetry.stats().exported === 0) await send();
    await phoenix.kill();
    const before = telemetry.stats().dropped;
    await send();
    await send();
    expect(telemetry.stats()).toMatchObject({ dropped: before + 2, queue: 0 });
    await phoenix.restart({ keepData: true });
    const exported = telemetry.stats().exported;
    while (telemetry.stats().exported === exported) await send();
    const changes = logger.holding("export of traces");
    expect(changes.slice(-2).map((line) => /fails|again/.exec(line)?.[0])).toEqual([
      "fails",
      "again",
    ]);
    expect(changes.length % 2).toBe(0);
    await new PhoenixClient(phoenix).stored(project, 1);
  }, 240_000);
});
