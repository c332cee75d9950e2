import { isScalar, type Scalar, visit } from "yaml";
import { aliasProblems } from "./alias-problems.ts";
import type { LocatedProblem } from "./config-problem.ts";
import { type Environment, expandVariables, type VariableFault } from "./expand-variables.ts";
import { problemAt } from "./locate-problem.ts";
import { parseYaml, type YamlDocument } from "./yaml-document.ts";

/** What a file says after its variables were replaced, and what was wrong with it as YAML. */
export interface SourceData {
  readonly yaml: YamlDocument;
  /** `undefined` where the text is not YAML at all. */
  readonly data: unknown;
  readonly problems: readonly LocatedProblem[];
  /** What came from variables that are called like secrets. */
  readonly secrets: readonly string[];
}

/** Stands where a variable could not be replaced: whatever is said about that value afterwards is noise. */
export const UNRESOLVED: unique symbol = Symbol("unresolved variable");

/** Parses and expands. Never throws. */
export function readSource(source: string, file: string, env: Environment): SourceData {
  // A byte order mark is no part of the first line.
  const yaml = parseYaml(source.replace(/^\uFEFF/, ""), file);
  const syntax = syntaxProblems(yaml);
  const aliases = syntax.fatal ? [] : aliasProblems(yaml);
  if (syntax.fatal || aliases.length > 0)
    return { yaml, data: undefined, problems: [...syntax.problems, ...aliases], secrets: [] };
  const expanded = expandDocument(yaml, env);
  const read = toData(yaml);
  const problems = [...syntax.problems, ...expanded.problems, ...read.problems];
  return { yaml, data: read.data, problems, secrets: expanded.secrets };
}

/** A duplicate key leaves the rest readable; after anything else the parser only guesses. */
function syntaxProblems(yaml: YamlDocument): { problems: LocatedProblem[]; fatal: boolean } {
  const problems: LocatedProblem[] = [];
  let fatal = false;
  let lastLine = 0;
  for (const error of [...yaml.document.errors, ...yaml.document.warnings]) {
    const range = [error.pos[0], error.pos[1]] as const;
    const duplicate = error.code === "DUPLICATE_KEY";
    // After the first error the parser is out of step, and says so of every token that follows.
    if (fatal && error.message.includes("in YAML stream")) continue;
    fatal ||= !duplicate;
    const { line } = yaml.lines.linePos(range[0]);
    // What follows the first error of a line mostly follows from it.
    if (!duplicate && line === lastLine) continue;
    if (!duplicate) lastLine = line;
    const name = yaml.source.slice(range[0]).match(/^[^\s:]+/)?.[0] ?? "";
    const message = duplicate
      ? `"${name}" is there twice; which one counts?`
      : `Not valid YAML: ${error.message}${variableHint(yaml, line)}`;
    const end = duplicate ? range[0] + name.length : range[1];
    problems.push(problemAt({ code: "syntax", path: [], message }, yaml, [range[0], end]));
  }
  return { problems, fatal };
}

function variableHint(yaml: YamlDocument, line: number): string {
  const text = yaml.source.split("\n")[line - 1] ?? "";
  return /\{.*\$\{/.test(text)
    ? '. Inside { } a variable stands in quotes: "${NAME}"; for a number, true or false put the option on a line of its own, without quotes'
    : "";
}

function expandDocument(
  yaml: YamlDocument,
  env: Environment,
): Pick<SourceData, "problems" | "secrets"> {
  const problems: LocatedProblem[] = [];
  const secrets: string[] = [];
  visit(yaml.document, {
    Scalar(position, node) {
      if (position === "key" || typeof node.value !== "string") return;
      const expansion = expandVariables(node.value, env);
      if (!expansion.used) return;
      secrets.push(...expansion.secrets);
      for (const fault of expansion.faults) problems.push(faultProblem(yaml, node, fault));
      const plain = node.type === "PLAIN" && expansion.whole;
      node.value = plain ? readScalar(yaml, expansion.text) : expansion.text;
      if (expansion.faults.length > 0) node.value = UNRESOLVED;
    },
  });
  return { problems, secrets };
}

/** What YAML makes of an unquoted word: a number, true, false, null or the word. */
function readScalar(yaml: YamlDocument, text: string): unknown {
  for (const tag of yaml.document.schema.tags) {
    if (tag.collection !== undefined || tag.default !== true) continue;
    if (tag.test?.test(text) !== true) continue;
    const read = tag.resolve(text, () => undefined, {});
    return isScalar(read) ? read.value : read;
  }
  return text;
}

function faultProblem(yaml: YamlDocument, node: Scalar, fault: VariableFault): LocatedProblem {
  const [from, to] = node.range ?? [0, 0];
  const reference = String(node.value).slice(fault.offset, fault.offset + fault.length);
  // Escapes and folding move offsets: the reference itself is looked for in the source.
  const nth = String(node.value).slice(0, fault.offset).split(reference).length;
  let at = from - 1;
  for (let count = 0; count < nth; count += 1) at = yaml.source.indexOf(reference, at + 1);
  const start = at < from || at >= to ? from : at;
  return problemAt({ code: "undefined_variable", path: [], message: fault.message }, yaml, [
    start,
    start === from && at !== from ? to : start + reference.length,
  ]);
}

/** Aliases may multiply without end; that is refused here. */
function toData(yaml: YamlDocument): { data: unknown; problems: readonly LocatedProblem[] } {
  try {
    // Through unknown: the library says `any`.
    const data: unknown = yaml.document.toJS({ maxAliasCount: 1000 });
    return { data, problems: [] };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const message = `Not valid YAML: ${text}`;
    return {
      data: undefined,
      problems: [problemAt({ code: "syntax", path: [], message }, yaml, undefined)],
    };
  }
}
