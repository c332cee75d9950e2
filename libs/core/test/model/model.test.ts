import { expect, test } from "@jest/globals";
import { reportOf, runCommand } from "@cogniverse/test-servers/commands";

const main = new URL("check-model.main.ts", import.meta.url);

/** Half a minute of one idle core; beside other tests it takes what it takes. */
const TIME_LIMIT_MS = 600_000;

test(
  "in 20,000 random programs no read returns what was invalidated before it began",
  async () => {
    const report = reportOf(await runCommand(main, ["--json", "--programs", "20000"]));
    expect(report).toMatchObject({ programs: 20_000, failure: null });
    const { programsPerSecond, turnsPerSecond } = report as Record<string, number>;
    process.stdout.write(
      `model checker: ${programsPerSecond} programs/s, ${turnsPerSecond} turns/s\n`,
    );
  },
  TIME_LIMIT_MS,
);
