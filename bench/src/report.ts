import type { Contest, Standing } from "./contest.ts";
import type { Figure } from "./workload.ts";

/** What was measured, in the order of measuring. */
export type Result = Readonly<
  | { kind: "contest"; workload: string; contest: Contest; standings: readonly Standing[] }
  | { kind: "figure"; workload: string; figure: Figure }
>;

/** What missed its goal, in words. */
export function missedGoals(results: readonly Result[]): string[] {
  return results.flatMap((result) => {
    if (result.kind === "figure") {
      const { name, value, unit, most } = result.figure;
      const missed = most !== undefined && !(value <= most);
      return missed
        ? [`${result.workload}: ${name}: ${rounded(value)} ${unit}, at most ${most}`]
        : [];
    }
    const { contest, workload, standings } = result;
    const of = (one: Standing): string => `${workload}: ${contest.name}: ${one.name}`;
    return standings.flatMap((one) => [
      ...(one.goal === undefined || one.ratio >= one.goal
        ? []
        : [`${of(one)}: ratio ${one.ratio.toFixed(2)}, at least ${one.goal}`]),
      ...(one.mostCpu === undefined || one.cpuRatio <= one.mostCpu
        ? []
        : [`${of(one)}: CPU ratio ${one.cpuRatio.toFixed(2)}, at most ${one.mostCpu}`]),
    ]);
  });
}

/** Machine-readable. Speeds in operations a second, of the baseline too. */
export function toJson(results: readonly Result[]): string {
  const plain = results.map((result) =>
    result.kind === "figure"
      ? { workload: result.workload, ...result.figure }
      : { workload: result.workload, contest: result.contest.name, standings: result.standings },
  );
  const { arch, platform, version: node } = process;
  return JSON.stringify({ node, platform, arch, results: plain }, null, 2);
}

/** One contest as lines of a table. */
export function contestLines(contest: Contest, standings: readonly Standing[]): string {
  const judged = standings.some((one) => one.mostCpu !== undefined);
  const rows = standings.map((one, index) => [
    one.name,
    rate(one.operationsPerSecond),
    timeOf(one.operationsPerSecond),
    throughput(one.operationsPerSecond, contest.bytesPerOperation),
    index === 0 ? "1 (baseline)" : `${ratio(one.ratio)} (${one.spread.map(ratio).join("-")})`,
    goal(one),
    judged ? timeText(one.cpuMs * 1e6) : "",
    judged ? ratio(one.cpuRatio) : "",
    cpuGoal(one),
    one.note ?? "",
  ]);
  const head = [
    "",
    "ops/s",
    "time/op",
    "MB/s",
    "ratio (quartiles)",
    "goal",
    "CPU/op",
    "CPU ratio",
    "goal",
    "",
  ];
  return `${contest.name}\n${table([head, ...rows])}`;
}

/** One figure as a line. */
export function figureLine({ name, value, unit, most }: Figure): string {
  const verdict =
    most === undefined ? "" : value <= most ? `  met: <= ${most}` : `  MISSED: <= ${most}`;
  return `${name}: ${rounded(value)} ${unit}${verdict}`;
}

/** Columns that are empty everywhere are left out; all but the first and the last are aligned to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const columns = (rows[0] ?? []).map((_, column) => column);
  const used = columns.filter((column) => rows.slice(1).some((row) => row[column] !== ""));
  const widths = used.map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) => {
      const cells = used.map((column, at) => {
        const cell = row[column] ?? "";
        const width = widths[at] ?? 0;
        return at === 0
          ? cell.padEnd(width)
          : at === columns.length - 1
            ? cell
            : cell.padStart(width);
      });
      return `  ${cells.join("  ")}`.trimEnd();
    })
    .join("\n");
}

function goal({ goal: least, ratio: reached }: Standing): string {
  if (least === undefined) return "";
  return reached >= least ? `met: >= ${least}` : `MISSED: >= ${least}`;
}

function cpuGoal({ mostCpu, cpuRatio }: Standing): string {
  if (mostCpu === undefined) return "";
  return cpuRatio <= mostCpu ? `met: <= ${mostCpu}` : `MISSED: <= ${mostCpu}`;
}

function ratio(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function rate(perSecond: number): string {
  return Math.round(perSecond).toLocaleString("en");
}

function timeOf(perSecond: number): string {
  return timeText(1e9 / perSecond);
}

function timeText(ns: number): string {
  if (ns < 1e3) return `${ns.toFixed(0)} ns`;
  return ns < 1e6 ? `${(ns / 1e3).toFixed(1)} us` : `${(ns / 1e6).toFixed(2)} ms`;
}

function throughput(perSecond: number, bytes: number | undefined): string {
  return bytes === undefined ? "" : Math.round((perSecond * bytes) / 1e6).toLocaleString("en");
}

function rounded(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 4 });
}
