import { installed } from "../install/install.ts";
import { freePorts, host } from "../process/free-ports.ts";
import { launch } from "../server.ts";
import { S3Server, testCredentials, type S3Credentials } from "./s3-server.ts";

/** Every port that weed would otherwise choose by itself, so that two of them never meet. */
const portOptions = [
  "s3.port",
  "s3.port.grpc",
  "master.port",
  "master.port.grpc",
  "volume.port",
  "volume.port.grpc",
  "filer.port",
  "filer.port.grpc",
  "admin.port",
  "admin.port.grpc",
] as const;

const fixed = [
  `-ip=${host}`,
  `-ip.bind=${host}`,
  "-admin.ui=false",
  "-webdav=false",
  "-s3.port.iceberg=0",
  "-s3.port.lance=0",
  // Each bucket takes several volumes, and by default there are as many as the disk has gigabytes.
  "-volume.max=10000",
  "-volume.preStopSeconds=0",
  "-master.telemetry=false",
];

type Ports = readonly [s3: number, ...others: number[]];

/** Who may use the server, and what it has from the start. */
export type SeaweedOptions = Readonly<{
  credentials?: S3Credentials;
  buckets?: readonly string[];
}>;

/**
 * Starts SeaweedFS, a real store that checks signatures and refuses wrong keys.
 *
 * @throws {UnavailableError} Where it cannot be installed.
 */
export async function startSeaweed({
  credentials = testCredentials,
  buckets = [],
}: SeaweedOptions = {}): Promise<S3Server> {
  const files = await installed("s3-second");
  const started = await launch<Ports>({
    name: "seaweedfs",
    async findPorts() {
      const [s3 = 0, ...others] = await freePorts(portOptions.length);
      return [s3, ...others];
    },
    launch: (ports, dataFolder) => ({
      command: files["weed"] ?? "",
      args: [
        "mini",
        `-dir=${dataFolder}`,
        ...fixed,
        ...(buckets.length > 0 ? [`-bucket=${buckets.join(",")}`] : []),
        ...portOptions.map((name, index) => `-${name}=${ports[index]}`),
      ],
      env: {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        HOME: dataFolder,
        TMPDIR: dataFolder,
      },
      cwd: dataFolder,
    }),
    // It says so once all its parts answer, and names another port where ours was taken. Until the master has heard of the volumes, what is kept in
    // them is an internal error.
    isReady: async ([s3, , master], log) =>
      log.includes("All enabled components are running") &&
      log.includes(`${host}:${s3}\n`) &&
      (await knowsItsVolumes(`http://${host}:${master}/dir/status`)),
    saveSignal: "SIGTERM",
    keepsAfterKill: true,
    keepsAfterStop: true,
  });
  return new S3Server(started, { endpoint: `http://${host}:${started.ports[0]}`, credentials });
}

async function knowsItsVolumes(status: string): Promise<boolean> {
  const response = await fetch(status).catch(() => undefined);
  if (response?.ok !== true) return false;
  // Its own form: how many volumes all servers that it has heard of may have.
  const { Topology } = (await response.json()) as { readonly Topology?: { readonly Max?: number } };
  return (Topology?.Max ?? 0) > 0;
}
