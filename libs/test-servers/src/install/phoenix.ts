import { join } from "node:path";

import { servicesFolder } from "../services-folder.ts";
import type { Component } from "./component.ts";
import { runCommand } from "./run-command.ts";
import {
  installWheels,
  makeVenv,
  requirementsFile,
  sumOf,
  venvFingerprint,
  venvProgram,
} from "./virtual-env.ts";

const venv = join(servicesFolder, "phoenix");
const requirements = requirementsFile("phoenix");

/** Arize Phoenix in an environment of its own: its 150 packages and those of the small servers would not agree. */
export const phoenix: Component = {
  name: "phoenix",
  title: "Phoenix into .services/phoenix (650 MB, about a minute)",
  fingerprint: [venvFingerprint, sumOf(requirements)].join(" "),
  files: ["phoenix"],
  async install(note) {
    await makeVenv(venv, note);
    await installWheels(venv, { requirements, note });
    // Else each start compiles again, where PYTHONDONTWRITEBYTECODE is set or the folder is read-only, and takes twice as long.
    const compile = ["-m", "compileall", "-j", "0", join(venv, "lib")];
    await runCommand(venvProgram(venv, "python"), compile, { onOutput: note });
    return { phoenix: venvProgram(venv, "phoenix") };
  },
};
