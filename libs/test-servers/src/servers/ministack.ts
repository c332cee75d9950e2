import { installed } from "../install/install.ts";
import { freePort, host } from "../process/free-ports.ts";
import { launch } from "../server.ts";
import { S3Server, testCredentials } from "./s3-server.ts";

/**
 * Starts ministack, an emulator of S3 that accepts any credentials. Objects survive a SIGKILL; lifecycle rules and open
 * multipart uploads do not.
 *
 * @throws {UnavailableError} Where it cannot be installed.
 */
export async function startMinistack(): Promise<S3Server> {
  const files = await installed("s3");
  const started = await launch<number>({
    name: "ministack",
    findPorts: () => freePort(),
    launch: (port, dataFolder) => ({
      command: files["ministack"] ?? "",
      args: [],
      env: {
        GATEWAY_PORT: String(port),
        BIND_HOST: host,
        S3_PERSIST: "1",
        S3_DATA_DIR: dataFolder,
        HOME: dataFolder,
        TMPDIR: dataFolder,
      },
      cwd: dataFolder,
    }),
    isReady: (_port, log) => log.includes("Running on http://"),
    saveSignal: "SIGTERM",
    keepsAfterKill: true,
    keepsAfterStop: true,
  });
  const endpoint = `http://${host}:${started.ports}`;
  return new S3Server(started, { endpoint, credentials: testCredentials });
}
