import type { LogLine } from "@cogniverse/testkit";

/** Two lines of which each says that what the other one said is over. The first one comes first. */
type Change = readonly [RegExp, RegExp];

const CHANGES: readonly Change[] = [
  [/^invalidation log cannot be read/, /^invalidation log is reachable again/],
  [/^invalidations are acknowledged only after/, /^invalidations are acknowledged as soon as/],
  [/^Redis tier "redis" lost its connection/, /^Redis tier "redis" is connected again/],
  [/^Redis tier "redis": acknowledgements take/, /^Redis tier "redis": acknowledgements are short/],
  [/^tier is left out/, /^tier is back/],
  [/^tier is down at start/, /^tier is there/],
];
/** What happened, told with what makes it another one than the last. */
const EVENTS: readonly RegExp[] = [/^another invalidation log took over/];
/** Of what the tiers do beside the log. */
const OTHERS: readonly RegExp[] = [
  /^Redis tier "redis" cannot list/,
  /^tier refuses/,
  /^Bucket: add/,
];

/** Lines that say what the line before them of their kind said already, or that nobody knows. `lines`: all of one node, in order. */
export function saidTwice(lines: readonly LogLine[]): readonly string[] {
  const last = new Map<string, string>();
  return lines.flatMap((line) => {
    const { message, fields } = line;
    if (OTHERS.some((other) => other.test(message))) return [];
    const change = CHANGES.find((pair) => pair.some((one) => one.test(message)));
    const event = EVENTS.find((one) => one.test(message));
    if (change === undefined && event === undefined) return [message];
    const tier = typeof fields["tier"] === "string" ? fields["tier"] : "";
    const kind = `${String(change ?? event)} ${tier}`;
    const says = change === undefined ? JSON.stringify(line) : message;
    const before = last.get(kind);
    last.set(kind, says);
    return says === before || endsNothing(change, message, before) ? [says] : [];
  });
}

/** How the first acknowledgement is ended is no change, and which one is short at first is not told. */
function endsNothing(
  change: Change | undefined,
  message: string,
  before: string | undefined,
): boolean {
  if (before !== undefined || message.startsWith("invalidations are")) return false;
  return change?.[1].test(message) === true;
}
