import { startRecorder } from "@cogniverse/test-servers";
import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

/** A scrape endpoint would be taken by the application. */
const configOf = (endpoint: string, more = ""): string => `caching:
  tiers:
    warm: { backend: local, config: { base_path: "\${COGNIVERSE_CACHE_DIR}" } }
telemetry:
  endpoint: ${endpoint}
  keys: { visibility: plain }
  metrics: { prometheus: { port: 1 } }
${more}`;

test("what changes something exports its spans, what only reads does not", async () => {
  await using home = await CliHome.create();
  await using collector = await startRecorder();
  const config = await home.file("exporting.yaml", configOf(collector.url));
  const spansOf = async (...args: readonly string[]): Promise<string> => {
    const before = collector.sent.length;
    const { code, err } = await home.runWith({ input: "{}" }, ...args, "-c", config);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const exported = collector.sent.slice(before);
    return exported.map(({ text }) => text).join("\n");
  };
  const put = await spansOf("put", "notes/1.json");
  for (const name of ["cogniverse-cache put", "cache.put", "notes/1.json"])
    expect(put).toContain(name);
  expect(await spansOf("get", "notes/1.json")).toBe("");
  expect(await spansOf("ls")).toBe("");
  expect(await spansOf("invalidate", "--key", "notes/1.json", "--dry-run")).toBe("");
  const killed = await spansOf("invalidate", "--key", "notes/1.json", "--reason", "by-hand");
  for (const name of ["cogniverse-cache invalidate", "cache.invalidate", "key notes/1.json"])
    expect(killed).toContain(name);
  expect(await spansOf("sweep")).toContain("cache.sweep");
});

test("a collector that is not there costs no more than a second, and is said", async () => {
  await using home = await CliHome.create();
  const config = await home.file("lost.yaml", configOf("http://127.0.0.1:1"));
  const startedAt = performance.now();
  const { code, out, err } = await home.run("invalidate", "--all", "-c", config);
  const elapsedMs = performance.now() - startedAt;
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^invalidated /) });
  expect(err).toMatch(/Spans of this command are lost: \d+; the collector did not take them\n/);
  expect(elapsedMs).toBeLessThan(5000);
});

test("a command works where its telemetry cannot be started", async () => {
  await using home = await CliHome.create();
  const config = await home.file("wrong.yaml", configOf("http://127.0.0.1:1"));
  const env = { OTEL_EXPORTER_OTLP_TIMEOUT: "soon" };
  const { code, err } = await home.runWith({ env }, "invalidate", "--all", "-c", config);
  expect(code).toBe(0);
  expect(err).toMatch(/no span of this command is exported; why: .*OTEL_EXPORTER_OTLP_TIMEOUT/);
});
