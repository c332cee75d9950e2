import { describe, expect, test } from "@jest/globals";
import { serverSuite } from "@cogniverse/test-servers";
import { reportOf, runCommand } from "@cogniverse/test-servers/commands";
import type { RoundFigures } from "./soak-round.ts";

const main = new URL("soak.main.ts", import.meta.url);

const SECONDS = 60;
/** On an idle machine it takes little more than the seconds themselves, beside other tests what it takes. */
const TIME_LIMIT_MS = 600_000;

/** Less than a tenth of what a busy machine of two cores does: a soak that does less has shown nothing. */
const FLOOR = { reads: 300, served: 60, acknowledged: 8, happened: 3 };
const KINDS = 10;

type Report = Readonly<{ rounds: readonly RoundFigures[]; wrong: unknown }>;

serverSuite(["redis", "s3"], describe)("processes over real servers under faults", () => {
  test(
    `in ${SECONDS} s no read returns what was invalidated before it began`,
    async () => {
      const ended = await runCommand(main, ["--json", "--seconds", String(SECONDS)]);
      // What this command prints with --json.
      const { rounds, wrong } = reportOf(ended) as Report;
      expect(wrong).toBeNull();
      expect(rounds.map(({ deployment }) => deployment)).toEqual(["redis", "s3-redis", "s3"]);
      for (const figures of rounds) {
        const { deployment, reads, computes, short, long, happened } = figures;
        const done = { reads, served: reads - computes, acknowledged: short + long, happened };
        expect({ deployment, tooLittle: belowFloor(done) }).toEqual({ deployment, tooLittle: [] });
      }
      const kinds = new Set(rounds.flatMap(({ faults }) => Object.keys(faults)));
      expect(kinds.size).toBeGreaterThanOrEqual(KINDS);
      process.stdout.write(rounds.map(rates).join(""));
    },
    TIME_LIMIT_MS,
  );
});

function belowFloor(done: typeof FLOOR): readonly string[] {
  const { reads, served, acknowledged, happened } = FLOOR;
  return [
    ...(done.reads < reads ? [`${done.reads} reads`] : []),
    ...(done.served < served ? [`${done.served} out of a tier`] : []),
    ...(done.acknowledged < acknowledged ? [`${done.acknowledged} acknowledged`] : []),
    ...(done.happened < happened ? [`${done.happened} faults`] : []),
  ];
}

function rates({ deployment, seconds, reads, short, long, happened }: RoundFigures): string {
  const perSecond = (count: number): string => (count / seconds).toFixed(1);
  return `soak of ${deployment}: ${perSecond(reads)} reads/s, ${perSecond(short + long)} invalidations/s, ${happened} faults\n`;
}
