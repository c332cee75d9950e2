import type { TruthSummary } from "@cogniverse/runtime";
import type { PlannedChange } from "@cogniverse/sdk";

/** Whose invalidation log is the truth, why, and when an invalidation is acknowledged. */
export function truthLines({ tier, backend, why, acknowledged, warning }: TruthSummary): string {
  const owner = tier === null ? "the log of this process" : `the log of "${tier}" (${backend})`;
  const lines = [
    `invalidation goes by ${owner}: ${why}`,
    `an invalidation is acknowledged ${acknowledged}`,
    ...(warning === undefined ? [] : [`mind: ${warning}`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** What the next start would change on a tier's server, as a diff; nothing where nothing would. */
export function changeLines(tier: string, changes: readonly PlannedChange[]): string {
  if (changes.length === 0) return "";
  const lines = changes.flatMap(({ what, action, before, after }) => [
    ...(action === "add" ? [] : [`- ${what}${detail(before)}`]),
    ...(action === "remove" ? [] : [`+ ${what}${detail(after)}`]),
  ]);
  const head = `the next start changes on the server of "${tier}":`;
  return [head, ...lines.map((line) => `  ${line}`)].map((line) => `${line}\n`).join("");
}

function detail(text: string | undefined): string {
  return text === undefined ? "" : `: ${text}`;
}
