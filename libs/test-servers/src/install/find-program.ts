import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** The first executable of this name in the folders of the PATH. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const program = join(folder, name);
    const executable = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return program;
  }
  return undefined;
}
