import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { runCommand } from "./run-command.ts";

/** What to unpack. */
export type DebianRequest = Readonly<{
  packages: readonly string[];
  /** Everything goes below it: `usr/bin/...`. Emptied first. */
  folder: string;
  /** Lines of a `sources.list` to use instead of the system's. */
  sources?: string;
  note: (chunk: string) => void;
}>;

/**
 * Downloads packages, and those of their dependencies that the system lacks, and unpacks them: no root, nothing outside
 * of `folder`. apt checks the sums of what it downloads against the signed lists.
 */
export async function unpackDebianPackages(request: DebianRequest): Promise<void> {
  const { folder, note } = request;
  await rm(folder, { recursive: true, force: true });
  const archives = join(folder, "archives");
  await mkdir(join(archives, "partial"), { recursive: true });
  await download(request, archives);
  for (const archive of await readdir(archives)) {
    if (!archive.endsWith(".deb")) continue;
    await runCommand("dpkg-deb", ["-x", join(archives, archive), folder], { onOutput: note });
  }
  await rm(archives, { recursive: true });
}

/** Offline it should not take minutes to say so. */
const patience = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20"];

/** Tries the system's package lists first; they may be empty or out of date, and then lists of our own are fetched. */
async function download(request: DebianRequest, archives: string): Promise<void> {
  const { packages, sources, note } = request;
  const install = ["install", "--download-only", "--yes", "--no-install-recommends"];
  const options = [
    ...patience,
    "-o",
    "Debug::NoLocking=1",
    "-o",
    `Dir::Cache::archives=${archives}/`,
  ];
  const apt = (args: readonly string[]): Promise<string> =>
    runCommand("apt-get", args, { onOutput: note, env: { LC_ALL: "C" } });
  if (sources === undefined) {
    const done = await apt([...install, ...options, ...packages]).then(
      () => true,
      () => false,
    );
    if (done) return;
  }
  const own = await ownLists(archives, sources);
  await apt(["update", ...options, ...own]);
  await apt([...install, ...options, ...own, ...packages]);
}

async function ownLists(archives: string, sources: string | undefined): Promise<string[]> {
  const lists = join(archives, "lists");
  await mkdir(join(lists, "partial"), { recursive: true });
  const options = ["-o", `Dir::State::Lists=${lists}`, "-o", `Dir::Cache=${archives}`];
  if (sources === undefined) return options;
  const file = join(archives, "sources.list");
  await writeFile(file, sources);
  return [
    ...options,
    "-o",
    `Dir::Etc::sourcelist=${file}`,
    "-o",
    "Dir::Etc::sourceparts=/dev/null",
  ];
}
