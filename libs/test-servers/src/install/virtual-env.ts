import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { UnavailableError } from "../unavailable-error.ts";
import { runCommand } from "./run-command.ts";

type Note = (chunk: string) => void;

const uvRequirements = requirementsFile("uv");

/** Changes where an environment would be made in another way. */
export const venvFingerprint: string = sumOf(uvRequirements);

/** The path of a requirements file of this package, by its name. */
export function requirementsFile(name: string): string {
  return fileURLToPath(new URL(`../../python/${name}.txt`, import.meta.url));
}

/** Fingerprint of a requirements file. */
export function sumOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** A program of an environment, `python` among them. */
export function venvProgram(venv: string, name: string): string {
  return join(venv, "bin", name);
}

/**
 * Makes an empty Python environment in the folder `venv`, with uv inside where that can be had.
 *
 * @throws {UnavailableError} Where no fitting Python is found.
 */
export async function makeVenv(venv: string, note: Note): Promise<void> {
  await runCommand(await findPython(), ["-m", "venv", "--clear", venv], { onOutput: note });
  await installUv(venv, note);
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

async function installUv(venv: string, note: Note): Promise<void> {
  const options = ["--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
  const args = ["-m", "pip", "install", ...options, "--require-hashes", "-r", uvRequirements];
  await runCommand(venvProgram(venv, "python"), args, { onOutput: note }).catch(() => {
    note("uv could not be installed; pip takes its place\n");
  });
}

/**
 * Installs wheels whose hashes the file names; source packages are refused. By uv, which takes seconds; else by pip, which
 * also knows the mirrors that the user has configured for it.
 *
 * @throws {UnavailableError} Where the packages cannot be had.
 */
export async function installWheels(
  venv: string,
  { requirements, note }: Readonly<{ requirements: string; note: Note }>,
): Promise<void> {
  const python = venvProgram(venv, "python");
  const args = ["install", "--require-hashes", "--only-binary=:all:", "-r", requirements];
  const uv = ["pip", ...args, "--python", python];
  try {
    // Like pip, uv is to trust whom the system trusts, a company's own authority too.
    const env = { UV_SYSTEM_CERTS: "true" };
    await runCommand(venvProgram(venv, "uv"), uv, { onOutput: note, env });
  } catch {
    await runCommand(python, ["-m", "pip", ...args], { onOutput: note }).catch((error: unknown) => {
      throw new UnavailableError(
        `Python packages could not be installed into ${venv}; is the package index reachable? (pip config list shows which one, pip config set global.index-url URL changes it)\n${messageOf(error)}`,
        { cause: error },
      );
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
