import { startForRun } from "./run-servers.ts";

/** Jest calls it before the first test of a package that depends on this one, if any of its tests is to run. */
export default async function setUp(): Promise<void> {
  await startForRun();
}
