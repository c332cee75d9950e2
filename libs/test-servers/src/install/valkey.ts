import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { servicesFolder } from "../services-folder.ts";
import { UnavailableError } from "../unavailable-error.ts";
import type { Component } from "./component.ts";
import { unpackDebianPackages } from "./debian-packages.ts";
import { describeServer, unpackedServer } from "./redis.ts";

/** Valkey from Debian, in bookworm from its backports. Optional: nothing but its own tests needs it. */
export const valkey: Component = {
  name: "valkey",
  title: "Valkey",
  fingerprint: "1",
  files: ["server"],
  async install(note) {
    const folder = join(servicesFolder, "valkey");
    const sources = backports();
    try {
      await unpackDebianPackages({
        packages: ["valkey-server"],
        folder,
        note,
        ...(sources === undefined ? {} : { sources }),
      });
      return await describeServer(await unpackedServer(folder, "valkey-server"));
    } catch (error) {
      throw new UnavailableError(
        `Valkey comes from Debian's or Ubuntu's packages only (valkey-server)\n${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  },
};

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const aptFolder = "/etc/apt";

/** The mirror that this machine takes Debian from, with the suite beside those that it takes; `undefined`: not bookworm, or none is named. */
function backports(): string | undefined {
  if (!contentOf("/etc/os-release").includes("VERSION_CODENAME=bookworm")) return undefined;
  const mirror = /\bhttps?:\/\/\S+\/debian\/?(?=\s)/.exec(aptSources())?.[0];
  if (mirror === undefined) return undefined;
  return ["bookworm", "bookworm-backports"]
    .map((suite) => `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`)
    .join("");
}

/** Without comments. */
function aptSources(): string {
  const parts = join(aptFolder, "sources.list.d");
  const named = namesIn(parts).filter((name) => /\.(?:list|sources)$/.test(name));
  const files = [join(aptFolder, "sources.list"), ...named.map((name) => join(parts, name))];
  return files.map((file) => `${contentOf(file)}\n`.replaceAll(/#.*$/gm, "")).join("");
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
