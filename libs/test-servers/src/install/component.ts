import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { servicesFolder } from "../services-folder.ts";
import { withLock } from "./install-lock.ts";

/** Paths and settings that an install has found out, by name. */
export type Installed = Readonly<Record<string, string>>;

/** Something that tests need, installed into `.services/` or found on the system. */
export type Component = Readonly<{
  name: string;
  /** What is being installed, for people. */
  title: string;
  /** Equal as long as another install would change nothing. */
  fingerprint: string;
  /** Those of the values of `Installed` that are files; the install is void when one is gone. */
  files: readonly string[];
  /**
   * @param note Takes what is being done, line by line.
   * @throws {UnavailableError} With what to install, and how.
   */
  install(note: (chunk: string) => void): Promise<Installed>;
}>;

type Stamp = Readonly<{ fingerprint: string; installed: Installed }>;

/** What was found or installed before; `undefined` where nothing was, or it is of another version. */
export function installedComponent(
  component: Component,
  folder: string = servicesFolder,
): Installed | undefined {
  const stamp = readStamp(stampFile(component, folder));
  if (stamp?.fingerprint !== component.fingerprint) return undefined;
  const present = component.files.every((name) => existsSync(stamp.installed[name] ?? ""));
  return present ? stamp.installed : undefined;
}

/** Installs it unless that was done before. Processes that ask at once install once. */
export async function installComponent(
  component: Component,
  note: (chunk: string) => void,
  folder: string = servicesFolder,
): Promise<Installed> {
  const before = installedComponent(component, folder);
  if (before !== undefined) return before;
  return withLock(join(folder, `install-${component.name}.lock`), async () => {
    const meanwhile = installedComponent(component, folder);
    if (meanwhile !== undefined) return meanwhile;
    const installed = await component.install(note);
    writeStamp(stampFile(component, folder), { fingerprint: component.fingerprint, installed });
    return installed;
  });
}

function stampFile({ name }: Component, folder: string): string {
  return join(folder, "installed", `${name}.json`);
}

function readStamp(file: string): Stamp | undefined {
  try {
    // Only this module writes these files.
    return JSON.parse(readFileSync(file, "utf8")) as Stamp;
  } catch {
    return undefined;
  }
}

function writeStamp(file: string, stamp: Stamp): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(stamp));
  renameSync(`${file}.${process.pid}`, file);
}
