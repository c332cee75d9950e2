import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { SeededBug } from "./seeded-bugs.ts";

const core = fileURLToPath(new URL("../../", import.meta.url));

/** A copy of the package outside the repository, with one bug in it. */
export interface MutatedCore extends Disposable {
  /** The copy of a file of the package. */
  url(file: string): URL;
}

/** Makes the copy. Throws where the bug's text does not stand exactly once in its file: then the list of bugs has to follow the source. */
export function mutatedCore(bug: SeededBug): MutatedCore {
  const before = readFileSync(join(core, "src", bug.file), "utf8").split(bug.search);
  if (before.length !== 2)
    throw new RangeError(`"${bug.search}" stands ${before.length - 1} times in ${bug.file}`);
  const folder = mkdtempSync(join(tmpdir(), "cogniverse-seeded-bug-"));
  for (const part of ["package.json", "src", "test/model"])
    cpSync(join(core, part), join(folder, part), { recursive: true });
  // What the copy imports are the packages of the repository; its own name is its own, by the manifest beside it.
  symlinkSync(join(core, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "src", bug.file), before.join(bug.replace));
  return {
    url: (name) => pathToFileURL(join(folder, name)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
