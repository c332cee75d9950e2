import { join } from "node:path";

import { servicesFolder } from "../services-folder.ts";
import type { Component } from "./component.ts";
import { runCommand } from "./run-command.ts";
import { venvComponent } from "./venv-component.ts";
import { venvProgram } from "./virtual-env.ts";

const venv = join(servicesFolder, "phoenix");

/** Arize Phoenix in an environment of its own: its 150 packages and those of the small servers would not agree. */
export const phoenix: Component = venvComponent({
  name: "phoenix",
  title: "Phoenix into .services/phoenix (650 MB, about a minute)",
  venv,
  requirements: "phoenix",
  programs: ["phoenix"],
  // Else each start compiles again, where PYTHONDONTWRITEBYTECODE is set or the folder is read-only, and takes twice as long.
  finish(note) {
    const compile = ["-m", "compileall", "-j", "0", join(venv, "lib")];
    return runCommand(venvProgram(venv, "python"), compile, { onOutput: note });
  },
});
