import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The numpy that the files are checked against. It has wheels for Python 3.11 to 3.14. */
const NUMPY = "numpy==2.3.5";

const services = fileURLToPath(new URL("../../../../.services/", import.meta.url));
const venv = join(services, "venv");
const lock = join(services, "venv.lock");
const lockOwner = join(lock, "pid");
const UNOWNED_LOCK_MS = 60_000;
const installed = join(venv, `installed-${NUMPY}`);
const venvPython =
  process.platform === "win32" ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");

/** The interpreter of a virtual environment that has numpy, or why there is none. */
export type NumpyVenv = Readonly<{ python: string } | { missing: string }>;

/**
 * Finds or makes `.services/venv` at the repository's root. Several test processes may ask at once: one installs, the
 * others wait for its lock, which dies with its process.
 */
export async function numpyVenv(): Promise<NumpyVenv> {
  if (existsSync(installed)) return { python: venvPython };
  const system = await findPython();
  if (system === undefined)
    return {
      missing: "no Python of version 3.11 or newer with venv was found (python3, python, $PYTHON)",
    };
  await mkdir(services, { recursive: true });
  await takeLock();
  try {
    if (!existsSync(installed)) await install(system);
    return { python: venvPython };
  } catch (error) {
    return {
      missing: `${NUMPY} could not be installed: ${error instanceof Error ? error.message : String(error)}`,
    };
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function findPython(): Promise<string | undefined> {
  const check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
  for (const python of [process.env["PYTHON"], "python3", "python"]) {
    if (python === undefined || python === "") continue;
    const works = await run(python, ["-c", check]).then(
      () => true,
      () => false,
    );
    if (works) return python;
  }
  return undefined;
}

async function install(system: string): Promise<void> {
  process.stderr.write(`installing ${NUMPY} into .services/venv, once ...\n`);
  await run(system, ["-m", "venv", venv]);
  await run(venvPython, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--only-binary=:all:",
    NUMPY,
  ]);
  await writeFile(installed, "");
}

/** `mkdir` succeeds for one process only. The holder's process id tells the others when it died. */
async function takeLock(): Promise<void> {
  for (;;) {
    const taken = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (taken) return writeFile(lockOwner, String(process.pid));
    if (await isAbandoned()) await rm(lock, { recursive: true, force: true });
    else await setTimeout(200);
  }
}

async function isAbandoned(): Promise<boolean> {
  const pid = Number(await readFile(lockOwner, "utf8").catch(() => ""));
  if (pid > 0) return !isAlive(pid);
  // Its holder may just be about to write its id.
  const made = await stat(lock).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > UNOWNED_LOCK_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
