import { readFileSync } from "node:fs";
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
    const sources = needsBackports() ? bookworm : undefined;
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
const bookworm = ["bookworm", "bookworm-backports"]
  .map((suite) => `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`)
  .join("");

function needsBackports(): boolean {
  try {
    return readFileSync("/etc/os-release", "utf8").includes("VERSION_CODENAME=bookworm");
  } catch {
    return false;
  }
}
