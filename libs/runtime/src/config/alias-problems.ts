import { isAlias, type Node, visit } from "yaml";
import type { LocatedProblem } from "./config-problem.ts";
import { problemAt } from "./locate-problem.ts";
import { nearestName } from "./nearest-name.ts";
import type { YamlDocument } from "./yaml-document.ts";

/** Aliases that lead nowhere or into themselves: the parser lets both pass. */
export function aliasProblems(yaml: YamlDocument): readonly LocatedProblem[] {
  const problems: LocatedProblem[] = [];
  const anchors: string[] = [];
  visit(yaml.document, {
    Node(_position, node: Node, path) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.push(node.anchor);
        return;
      }
      const target = node.resolve(yaml.document);
      if (target !== undefined && !path.includes(target)) return;
      const suggestion = target === undefined ? nearestName(node.source, anchors) : undefined;
      const hint = suggestion === undefined ? "" : `; did you mean "*${suggestion}"?`;
      const message =
        target === undefined
          ? `No anchor "&${node.source}" stands before this${hint}`
          : `"*${node.source}" contains itself`;
      const range = node.range ?? [0, 0, 0];
      problems.push(
        problemAt({ code: "syntax", path: [], message, suggestion }, yaml, [range[0], range[1]]),
      );
    },
  });
  return problems;
}
