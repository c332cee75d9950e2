import { styleText } from "node:util";
import type { ConfigLocation, LocatedProblem } from "./config-problem.ts";

/** Options of {@link formatConfigProblems}. */
export interface FormatOptions {
  /** With terminal colours. Default false. */
  readonly color?: boolean | undefined;
}

type Style = "bold" | "red" | "dim";
type Paint = (style: Style, text: string) => string;

/** Longer lines are cut around the place, so that the caret stays in sight. */
const EXCERPT_WIDTH = 100;

/** All problems for people: `file:line:column: message`, the line, and a caret below the place. No newline at the end. */
export function formatConfigProblems(
  problems: readonly LocatedProblem[],
  options: FormatOptions = {},
): string {
  const paint: Paint = (style, text) =>
    options.color === true ? styleText(style, text, { validateStream: false }) : text;
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const blocks = problems.map((problem) => formatProblem(problem, paint));
  return [`${count} in the cache configuration`, ...blocks, ...addPackages(problems)].join("\n\n");
}

/** One command for all that is missing. */
function addPackages(problems: readonly LocatedProblem[]): readonly string[] {
  const names = new Set(problems.flatMap((problem) => problem.package ?? []));
  return names.size > 1 ? [`Add what is missing: pnpm add ${[...names].join(" ")}`] : [];
}

function formatProblem(problem: LocatedProblem, paint: Paint): string {
  const { location } = problem;
  const place =
    location === undefined
      ? (problem.file ?? problem.path)
      : `${problem.file ?? "config"}:${location.line}:${location.column}`;
  const head = place === "" ? problem.message : `${paint("bold", place)}: ${problem.message}`;
  return location === undefined ? head : `${head}\n${excerpt(location, paint)}`;
}

function excerpt(location: ConfigLocation, paint: Paint): string {
  const start = Math.max(0, Math.min(location.column - 1, location.column + 20 - EXCERPT_WIDTH));
  const shown = cut(location.excerpt, start);
  const before = location.excerpt.slice(start, location.column - 1);
  const width = Math.max(1, Math.min(location.length, shown.length - before.length));
  const number = String(location.line).padStart(5);
  const gutter = paint("dim", `${" ".repeat(number.length)} | `);
  // Tabs stay tabs, so that the caret stands below its place whatever their width is.
  const indent = before.replaceAll(/[^\t]/g, " ");
  return `${paint("dim", `${number} | `)}${shown}\n${gutter}${indent}${paint("red", "^".repeat(width))}`;
}

/** The part of a line that is shown, with a mark where something was cut. */
function cut(line: string, start: number): string {
  const end = start + EXCERPT_WIDTH;
  const head = start > 0 ? `…${line.slice(start + 1, end)}` : line.slice(0, end);
  return end < line.length ? `${head.slice(0, -1)}…` : head;
}
