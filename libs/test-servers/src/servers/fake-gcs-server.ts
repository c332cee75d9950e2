import { join } from "node:path";

import { installed } from "../install/install.ts";
import { freePort, host } from "../process/free-ports.ts";
import { launch, Server, type Started } from "../server.ts";

/** Where a GCS server is; clients need no credentials. */
export type GcsPlace = Readonly<{ endpoint: string; projectId: string }>;

export const testProjectId = "test-project";

/** A GCS server that runs. */
export class GcsServer extends Server implements GcsPlace {
  readonly endpoint: string;
  readonly projectId: string = testProjectId;

  constructor(started: Started<unknown>, endpoint: string) {
    super(started);
    this.endpoint = endpoint;
  }
}

/** Where objects lie. */
export type FakeGcsOptions = Readonly<{
  /**
   * `memory` (the default) takes any key and keeps nothing over a restart; `filesystem` keeps all, but `a` and `a/b`
   * cannot both be keys.
   */
  backend?: "memory" | "filesystem";
}>;

/**
 * Starts fake-gcs-server.
 *
 * @throws {UnavailableError} Where it cannot be installed.
 */
export async function startFakeGcs({
  backend = "memory",
}: FakeGcsOptions = {}): Promise<GcsServer> {
  const files = await installed("gcs");
  const keeps =
    backend === "filesystem" || 'its memory is gone; start it with `backend: "filesystem"`';
  const endpointOf = (port: number): string => `http://${host}:${port}`;
  const started = await launch<number>({
    name: "fake-gcs",
    findPorts: () => freePort(),
    launch: (port, dataFolder) => ({
      command: files["server"] ?? "",
      args: optionsOf({
        scheme: "http",
        host,
        port: String(port),
        backend,
        "filesystem-root": join(dataFolder, "objects"),
        // Resumable uploads go on at the address that the server names.
        "external-url": endpointOf(port),
        // Without a port it serves the XML API through a proxy too.
        "public-host": host,
      }),
      cwd: dataFolder,
    }),
    isReady: (_port, log) => log.includes("server started at"),
    saveSignal: "SIGTERM",
    keepsAfterKill: keeps,
    keepsAfterStop: keeps,
  });
  return new GcsServer(started, endpointOf(started.ports));
}

function optionsOf(options: Readonly<Record<string, string>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => [`-${name}`, value]);
}
