import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { Missing, Need } from "./install.ts";

const program = fileURLToPath(new URL("install-one.main.ts", import.meta.url));

/** The same as `install`, for a place that cannot wait for a promise: this process stands still meanwhile. */
export function installNow(need: Need): Missing {
  const { status, stdout } = spawnSync(process.execPath, [program, need], {
    encoding: "utf8",
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) return { [need]: "its install was interrupted" };
  // Written by the program above.
  return JSON.parse(stdout) as Missing;
}
