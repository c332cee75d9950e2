import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const command = fileURLToPath(new URL("check-model.main.ts", import.meta.url));

/** Half a minute of one idle core; beside other tests it takes what it takes. */
const TIME_LIMIT_MS = 600_000;

test(
  "in 20,000 random programs no read returns what was invalidated before it began",
  async () => {
    const args = ["--conditions=@cogniverse/source", command, "--json", "--programs", "20000"];
    const { stdout } = await promisify(execFile)(process.execPath, args).catch(outcome);
    const report: unknown = JSON.parse(stdout);
    expect(report).toMatchObject({ programs: 20_000, failure: null });
    const { programsPerSecond, turnsPerSecond } = report as Record<string, number>;
    process.stdout.write(
      `model checker: ${programsPerSecond} programs/s, ${turnsPerSecond} turns/s\n`,
    );
  },
  TIME_LIMIT_MS,
);

/** What the command printed is told also where it found something. */
function outcome(error: Error & { readonly stdout?: string }): { readonly stdout: string } {
  if (error.stdout === undefined || error.stdout === "") throw error;
  return { stdout: error.stdout };
}
