import type { Component } from "./component.ts";
import {
  installWheels,
  makeVenv,
  requirementsFile,
  sumOf,
  venvFingerprint,
  venvProgram,
} from "./virtual-env.ts";

/**
 * Programs out of wheels, in the Python environment `venv`, which is made anew. `requirements` names the file of the wheels; `finish` is
 * called once they are in.
 */
export function venvComponent({
  name,
  title,
  venv,
  requirements,
  programs,
  finish,
}: Readonly<{
  name: string;
  title: string;
  venv: string;
  requirements: string;
  programs: readonly string[];
  finish?: (note: (chunk: string) => void) => Promise<unknown>;
}>): Component {
  const wheels = requirementsFile(requirements);
  return {
    name,
    title,
    fingerprint: [venvFingerprint, sumOf(wheels)].join(" "),
    files: programs,
    async install(note) {
      await makeVenv(venv, note);
      await installWheels(venv, { requirements: wheels, note });
      await finish?.(note);
      return Object.fromEntries(programs.map((program) => [program, venvProgram(venv, program)]));
    },
  };
}
