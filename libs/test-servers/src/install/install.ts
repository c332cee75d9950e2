import { UnavailableError } from "../unavailable-error.ts";
import {
  installComponent,
  installedComponent,
  type Component,
  type Installed,
} from "./component.ts";
import { fakeGcs } from "./fake-gcs.ts";
import { phoenix } from "./phoenix.ts";
import { showProgress } from "./progress.ts";
import { prometheus } from "./prometheus.ts";
import { pythonVenv } from "./python-venv.ts";
import { redis } from "./redis.ts";
import { valkey } from "./valkey.ts";

/** What a suite may need; `redis-tls` is a Redis that was built with TLS. */
export type Need =
  | "redis"
  | "redis-tls"
  | "valkey"
  | "s3"
  | "s3-second"
  | "gcs"
  | "python"
  | "phoenix"
  | "prometheus";

const components: Readonly<Record<Need, Component>> = {
  redis,
  "redis-tls": redis,
  valkey,
  s3: pythonVenv,
  "s3-second": pythonVenv,
  gcs: fakeGcs,
  python: pythonVenv,
  phoenix,
  prometheus,
};

/** Why some needs cannot be met here. */
export type Missing = Readonly<Partial<Record<Need, string>>>;

/**
 * Installs into `.services/` what is not there yet, several at a time; says so on standard error, and nothing where all
 * is there.
 *
 * @returns Why some could not be installed.
 */
export async function install(needs: readonly Need[]): Promise<Missing> {
  const wanted = [...new Set(needs.map((need) => components[need]))];
  const pending = wanted.filter((component) => installedComponent(component) === undefined);
  const reasons = pending.length === 0 ? new Map<Component, string>() : await installAll(pending);
  return Object.fromEntries(
    needs.flatMap((need) => {
      const reason = reasons.get(components[need]) ?? shortcoming(need);
      return reason === undefined ? [] : [[need, reason]];
    }),
  );
}

/** Gives why some could not be installed. */
async function installAll(pending: readonly Component[]): Promise<Map<Component, string>> {
  const reasons = new Map<Component, string>();
  const progress = showProgress(process.stderr);
  const installOne = async (component: Component): Promise<void> => {
    try {
      await progress.step(component.title, (note) => installComponent(component, note));
    } catch (error) {
      reasons.set(component, error instanceof Error ? error.message : String(error));
    }
  };
  await Promise.all(pending.map(installOne));
  progress.end();
  return reasons;
}

/** Whether all is installed, told from the stamps alone. */
export function isInstalled(need: Need): boolean {
  const component = (components as Readonly<Record<string, Component>>)[need];
  return (
    component !== undefined &&
    installedComponent(component) !== undefined &&
    shortcoming(need) === undefined
  );
}

/**
 * Files and settings of one need, which is installed first.
 *
 * @throws {UnavailableError} With what to install, and how.
 */
export async function installed(need: Need): Promise<Installed> {
  const reason = (await install([need]))[need];
  const found = installedComponent(components[need]);
  if (reason !== undefined || found === undefined) {
    throw new UnavailableError(reason ?? `${need} is not installed`);
  }
  return found;
}

/**
 * The interpreter of `.services/venv`, which has numpy.
 *
 * @throws {UnavailableError} Where it cannot be installed.
 */
export async function pythonWithNumpy(): Promise<string> {
  return (await installed("python"))["python"] ?? "";
}

function shortcoming(need: Need): string | undefined {
  if (need !== "redis-tls") return undefined;
  const server = installedComponent(redis);
  if (server === undefined || server["tls"] === "true") return undefined;
  return `${server["server"]} was built without TLS. Install one with it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), delete .services/installed/redis.json, run again.`;
}
