import { stopAfterRun } from "./run-servers.ts";

/** Jest calls it after the last test of all packages. */
export default async function tearDown(): Promise<void> {
  await stopAfterRun();
}
