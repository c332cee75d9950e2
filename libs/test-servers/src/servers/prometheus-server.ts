import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { installed } from "../install/install.ts";
import { freePort, host } from "../process/free-ports.ts";
import { launch, Server, type Started } from "../server.ts";

/** What a Prometheus asks, and how often. */
export type PrometheusOptions = Readonly<{
  /** `host:port` of each `/metrics`, all in the job `cogniverse`. */
  targets: readonly string[];
  /** Paths of recording and alert rules. */
  ruleFiles?: readonly string[];
  /** Between two scrapes, and between two evaluations of the rules. Default 200. */
  scrapeIntervalMs?: number;
}>;

/** A Prometheus that runs, with a database of its own. */
export class PrometheusServer extends Server {
  /** Base of its HTTP API, `/api/v1/...`; no slash at its end. */
  readonly url: string;

  constructor(started: Started<number>) {
    super(started);
    this.url = `http://${host}:${started.ports}`;
  }
}

/**
 * Starts Prometheus, in a tenth of a second. It calls nobody but the targets.
 *
 * @throws {UnavailableError} Where it cannot be installed.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const files = await installed("prometheus");
  const started = await launch<number>({
    name: "prometheus",
    findPorts: () => freePort(),
    async launch(port, dataFolder) {
      const config = join(dataFolder, "prometheus.yml");
      await writeFile(config, configText(options));
      return {
        command: files["prometheus"] ?? "",
        args: [
          `--config.file=${config}`,
          `--storage.tsdb.path=${join(dataFolder, "tsdb")}`,
          `--web.listen-address=${host}:${port}`,
        ],
        cwd: dataFolder,
      };
    },
    isReady: (_port, log) => log.includes("Server is ready to receive web requests"),
    saveSignal: "SIGTERM",
    keepsAfterKill: true,
    keepsAfterStop: true,
  });
  return new PrometheusServer(started);
}

/**
 * The path of promtool.
 *
 * @throws {UnavailableError} Where it cannot be installed.
 */
export async function promtool(): Promise<string> {
  return (await installed("prometheus"))["promtool"] ?? "";
}

/** JSON is YAML. */
function configText({
  targets,
  ruleFiles = [],
  scrapeIntervalMs = 200,
}: PrometheusOptions): string {
  const interval = `${scrapeIntervalMs}ms`;
  return JSON.stringify({
    global: {
      scrape_interval: interval,
      scrape_timeout: interval,
      evaluation_interval: interval,
    },
    rule_files: ruleFiles.map((file) => resolve(file)),
    scrape_configs: [{ job_name: "cogniverse", static_configs: [{ targets }] }],
  });
}
