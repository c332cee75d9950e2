import { join } from "node:path";

import { servicesFolder } from "../services-folder.ts";
import { UnavailableError } from "../unavailable-error.ts";
import type { Component, Installed } from "./component.ts";
import { unpackDebianPackages } from "./debian-packages.ts";
import { findProgram } from "./find-program.ts";
import { runCommand } from "./run-command.ts";

/** Prometheus 2.42 or newer with promtool: those on the PATH, else the packages of Debian or Ubuntu, unpacked. */
export const prometheus: Component = {
  name: "prometheus",
  title: "Prometheus and promtool",
  fingerprint: "1",
  files: ["prometheus", "promtool"],
  async install(note) {
    const reasons: string[] = [];
    for (const source of [fromPath, fromDebian]) {
      try {
        return await source(note);
      } catch (error) {
        reasons.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new UnavailableError(`No Prometheus of version 2.42 or newer could be had. Install it:
  Debian, Ubuntu: apt-get install prometheus
  Fedora:         dnf install golang-github-prometheus
  macOS:          brew install prometheus
What was tried:\n${reasons.join("\n")}`);
  },
};

async function fromPath(): Promise<Installed> {
  const [server, tool] = await Promise.all(["prometheus", "promtool"].map(findProgram));
  if (server !== undefined && tool !== undefined) return describe(server, tool);
  throw new UnavailableError("prometheus and promtool are not both on the PATH");
}

async function fromDebian(note: (chunk: string) => void): Promise<Installed> {
  const folder = join(servicesFolder, "prometheus");
  await unpackDebianPackages({ packages: ["prometheus"], folder, note });
  const bin = join(folder, "usr/bin");
  return describe(join(bin, "prometheus"), join(bin, "promtool"));
}

/** Both are linked statically: nothing of the packages around them is needed. */
async function describe(server: string, tool: string): Promise<Installed> {
  const output = await runCommand(server, ["--version"]);
  const [, major = "0", minor = "0"] = /version (\d+)\.(\d+)/.exec(output) ?? [];
  if (Number(major) * 1000 + Number(minor) < 2042) {
    throw new UnavailableError(`${server} is version ${major}.${minor}, not 2.42 or newer`);
  }
  return { prometheus: server, promtool: tool, version: `${major}.${minor}` };
}
