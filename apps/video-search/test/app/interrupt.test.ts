import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { ROOT } from "../../src/app.ts";
import { AppHome } from "../support/app-home.ts";
import { AppProcess } from "../support/app-process.ts";
import { ScriptedServer, status } from "../support/scripted-server.ts";

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s in the middle of an ingestion leaves nothing half done, and the next run completes it",
  async (signal, exitCode) => {
    await using home = await AppHome.create();
    const film = await home.sample();
    const first = new AppProcess(["ingest", film], home.env);
    await first.says("bunny: frames");
    first.interrupt(signal);
    const { code, out, err } = await first.end();
    expect({ code, out }).toEqual({ code: exitCode, out: "" });
    expect(err).not.toMatch(/error|at .+:\d+/i);
    const left = await home.files();
    expect(
      left.filter((file) => /tmp|temp/i.test(file.slice(home.env["COGNIVERSE_HOME"]?.length))),
    ).toEqual([]);
    const second = await new AppProcess(["ingest", film, "--json"], home.env).end();
    expect(second.code).toBe(0);
    const { videos } = JSON.parse(second.out);
    expect(videos).toMatchObject([{ title: "bunny", frames: 5, segments: 4 }]);
  },
);

test("SIGTERM loses no span: the trace of what was interrupted is exported before the process ends", async () => {
  await using home = await AppHome.create();
  await using collector = await ScriptedServer.start(status(200));
  const film = await home.sample();
  const config = join(ROOT, "configs", "phoenix.yaml");
  const env = { ...home.env, PHOENIX_COLLECTOR_ENDPOINT: collector.url };
  const app = new AppProcess(["ingest", film, "--config", config], env);
  await app.says("bunny: frames");
  app.interrupt("SIGTERM");
  expect((await app.end()).code).toBe(143);
  const exported = collector.requests.filter(({ url }) => url === "/v1/traces");
  const told = exported.map(({ body }) => gunzipSync(body).toString("latin1")).join("");
  // The root of the trace, by its kind: it ends with the interrupt.
  expect(told).toContain("AGENT");
});
