// Installs a component into the folder that the first argument names, and counts in a file that it did. With "never" as
// the second argument the install does not end.
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { installComponent } from "../src/install/component.ts";

const [folder = "", mode = ""] = process.argv.slice(2);

await installComponent(
  {
    name: "shared",
    title: "shared",
    fingerprint: "1",
    files: ["program"],
    async install() {
      await appendFile(join(folder, "installs"), `${mode}\n`);
      process.stdout.write("installing\n");
      if (mode === "never") await new Promise(() => setInterval(() => undefined, 60_000));
      const program = join(folder, "program");
      await writeFile(program, "");
      return { program };
    },
  },
  () => undefined,
  folder,
);
process.stdout.write("installed\n");
