import type { ConfigLocation, Finding, LocatedProblem } from "./config-problem.ts";
import { pathText } from "./config-problem.ts";
import { maskSecrets } from "./mask-secrets.ts";
import { rangeOf, type SourceRange, type YamlDocument } from "./yaml-document.ts";

/** A finding with its place; `yaml` is `undefined` for a configuration that was given as an object. */
export function locateFinding(finding: Finding, yaml: YamlDocument | undefined): LocatedProblem {
  const range =
    yaml === undefined ? undefined : rangeOf(yaml, finding.path, finding.atName === true);
  return problemAt(finding, yaml, range);
}

/** A finding at a place that is already known. */
export function problemAt(
  { code, path, message, suggestion, package: missing }: Finding,
  yaml: YamlDocument | undefined,
  range: SourceRange | undefined,
): LocatedProblem {
  return {
    code,
    message,
    path: pathText(path),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(missing === undefined ? {} : { package: missing }),
    ...(yaml === undefined ? {} : { file: yaml.file }),
    ...(yaml === undefined || range === undefined ? {} : { location: locate(yaml, range) }),
  };
}

function locate({ source, lines }: YamlDocument, [start, end]: SourceRange): ConfigLocation {
  const { line, col } = lines.linePos(start);
  const lineStart = start - (col - 1);
  const lineEnd = source.slice(lineStart).search(/\r?\n|$/) + lineStart;
  const length = Math.max(1, Math.min(end, lineEnd) - start);
  const excerpt = maskSecrets(source.slice(lineStart, lineEnd));
  // An empty file has no position of its own in the line counter.
  return { line: Math.max(1, line), column: Math.max(1, col), length, excerpt };
}

/** In the order of the file; what has no place comes first. */
export function inFileOrder(problems: readonly LocatedProblem[]): readonly LocatedProblem[] {
  return problems.toSorted(
    (a, b) =>
      (a.location?.line ?? 0) - (b.location?.line ?? 0) ||
      (a.location?.column ?? 0) - (b.location?.column ?? 0),
  );
}
