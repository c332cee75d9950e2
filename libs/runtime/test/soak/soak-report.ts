import { soakKeys } from "./soak-keys.ts";
import { isAcknowledged, nameOf, type SeenWrite, type SoakFault } from "./soak-judge.ts";
import type { RoundFigures, SoakRound } from "./soak-round.ts";

/** Of what happened before a read, so much is told. */
const AROUND_MS = 5000;
const MOST_WRITES = 12;

/** What was done, for people. */
export function figuresText(figures: RoundFigures): string {
  const { deployment, seconds, reads, computes, short, long, refused, faults, happened } = figures;
  const rate = (count: number): string => (seconds > 0 ? count / seconds : 0).toFixed(1);
  const kinds = Object.entries(faults).toSorted(([a], [b]) => a.localeCompare(b));
  return [
    `${deployment}: ${seconds.toFixed(1)} s, ${reads} reads judged (${rate(reads)}/s), ${computes} of them computed`,
    `  ${short + long} invalidations acknowledged (${rate(short + long)}/s): ${short} before D, ${long} after; ${refused} refused`,
    [`  ${happened} faults`, ...kinds.map(([kind, count]) => `${count} x ${kind}`)].join("; "),
  ].join("\n");
}

/** How far a round has got, in one line. */
export function standText({ deployment, reads, short, long, happened }: RoundFigures): string {
  return `${deployment}: ${reads} reads judged, ${short + long} invalidations, ${happened} faults`;
}

/** What shows that something was wrong: the read, what was written to what it is about, and the faults around. */
export function wrongText({
  judge,
  happened,
  broken,
}: Pick<SoakRound, "judge" | "happened" | "broken">): string {
  const [first] = judge.faults;
  if (first === undefined) return broken.join("\n");
  const { node, done, why } = first;
  const since = done.began - AROUND_MS;
  const around = happened.filter((fault) => fault.beganAt < done.ended && fault.endedAt > since);
  return [
    ...broken,
    "end" in done ? `node ${node}: ${why}` : `node ${node}: a read of ${textOf(done)}, ${why}`,
    "",
    "Writes to it before:",
    ...writesAbout(first, judge.lastWrites, since).map(writeText),
    "",
    "Faults around:",
    ...around.map(
      ({ kind, beganAt, endedAt }) => `  ${beganAt.toFixed(0)} to ${endedAt.toFixed(0)}: ${kind}`,
    ),
    "",
    `${judge.faults.length} such ${judge.faults.length === 1 ? "answer" : "answers"} in all; instants are ms since the start`,
  ].join("\n");
}

function textOf({
  key,
  tenant,
  began,
  ended,
  value,
  computed,
}: Extract<SoakFault["done"], { key: string }>): string {
  const how = computed ? "computed" : "out of a tier";
  return `${key} of ${tenant} from ${began.toFixed(3)} to ${ended.toFixed(3)} answered ${JSON.stringify(value)}, ${how}`;
}

/** Those that spoke of what the read is made of, the last ones. */
function writesAbout(
  { done }: SoakFault,
  writes: readonly SeenWrite[],
  since: number,
): readonly SeenWrite[] {
  if ("end" in done) return writes.filter((one) => one.done.ended >= since).slice(-MOST_WRITES);
  const value = done.value as Readonly<{ of?: Readonly<Record<string, number>> }> | undefined;
  const keys = new Set([done.key, ...Object.keys(value?.of ?? {})]);
  const speaks = ({ write }: SeenWrite): boolean =>
    write.tenant === done.tenant &&
    (write.do === "invalidate"
      ? soakKeys.keysOf(write.scope).some((key) => keys.has(key))
      : keys.has(write.key));
  return writes
    .filter((one) => one.done.ended >= since && one.done.began <= done.ended && speaks(one))
    .slice(-MOST_WRITES);
}

function writeText({ node, write, done, version }: SeenWrite): string {
  const outcome = isAcknowledged(done)
    ? `acknowledged${done.superseded === true ? ", superseded" : ""}${done.position === undefined ? "" : `, position ${done.position}`}`
    : (done.code ?? done.error ?? "");
  const brings = write.do === "invalidate" ? "" : ` (version ${version})`;
  return `  ${done.began.toFixed(3)} to ${done.ended.toFixed(3)} node ${node}: ${nameOf(write)}${brings}: ${outcome}`;
}
