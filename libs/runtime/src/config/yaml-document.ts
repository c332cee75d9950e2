import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";

/** A parsed file with what is needed to say where things are in it. */
export interface YamlDocument {
  readonly file: string;
  readonly source: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** Half-open, in UTF-16 units of the source. */
export type SourceRange = readonly [start: number, end: number];

/** YAML 1.2 core schema with merge keys; keys are always strings. Never throws: what is wrong is in `document.errors`. */
export function parseYaml(source: string, file: string): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    stringKeys: true,
    version: "1.2",
  });
  return { file, source, document, lines };
}

/**
 * The range of what a path names: its value, or its name where `atName` is set or the value is empty or spans lines. A
 * path that leads nowhere gives the nearest thing above it.
 */
export function rangeOf(
  yaml: YamlDocument,
  path: readonly (string | number)[],
  atName: boolean,
): SourceRange {
  let node: Node | undefined = yaml.document.contents ?? undefined;
  let name: SourceRange | undefined;
  let whole = true;
  for (const part of path) {
    const step = stepInto(yaml.document, node, part);
    whole = step !== undefined;
    if (step === undefined) break;
    name = step.name ?? name;
    node = step.node;
    if (step.name === undefined) name = undefined;
  }
  const value = node === undefined ? undefined : nodeRange(node);
  const useName = name !== undefined && (atName || !whole || !isShown(yaml, node, value));
  return (useName ? name : value) ?? [0, 0];
}

function isShown(
  yaml: YamlDocument,
  node: Node | undefined,
  range: SourceRange | undefined,
): boolean {
  if (isCollection(node) && node.flow !== true) return false;
  if (range === undefined || range[0] === range[1]) return false;
  return !yaml.source.slice(range[0], range[1]).trimEnd().includes("\n");
}

type Step = Readonly<{ name: SourceRange | undefined; node: Node | undefined }>;

function stepInto(
  document: Document,
  from: Node | undefined,
  part: string | number,
): Step | undefined {
  const node = isAlias(from) ? from.resolve(document) : from;
  if (isMap(node)) {
    const pair = findPair(document, node, String(part));
    if (pair === undefined) return undefined;
    return { name: rangeOfUnknown(pair.key), node: asNode(pair.value) };
  }
  if (!isSeq(node) || typeof part !== "number") return undefined;
  const item = asNode(node.items[part]);
  return item === undefined ? undefined : { name: undefined, node: item };
}

/** The last pair of that name, as it is the one that counts; else one that comes in by a merge key. */
function findPair(document: Document, map: YAMLMap, name: string): Pair | undefined {
  const own = map.items.findLast((pair) => isScalar(pair.key) && pair.key.value === name);
  if (own !== undefined) return own;
  for (const pair of map.items) {
    if (!isMergeKey(pair.key)) continue;
    for (const source of mergeSources(document, asNode(pair.value))) {
      const found = findPair(document, source, name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (key.value === "<<" || typeof key.value === "symbol");
}

function mergeSources(document: Document, value: Node | undefined): readonly YAMLMap[] {
  const node = isAlias(value) ? value.resolve(document) : value;
  if (isMap(node)) return [node];
  if (!isSeq(node)) return [];
  return node.items.flatMap((item) => mergeSources(document, asNode(item)));
}

function asNode(value: unknown): Node | undefined {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : undefined;
}

function rangeOfUnknown(value: unknown): SourceRange | undefined {
  const node = asNode(value);
  return node === undefined ? undefined : nodeRange(node);
}

function nodeRange(node: Node): SourceRange | undefined {
  return node.range === null || node.range === undefined
    ? undefined
    : [node.range[0], node.range[1]];
}
