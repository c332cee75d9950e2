import type { BackendModule } from "@cogniverse/sdk";
import { isSecretName } from "../../src/config/mask-secrets.ts";
import { isRawMap, mapIn, type RawMap } from "../../src/config/raw-value.ts";

/** Property names from a backend's `config` down to an option; `0` stands for the first item of a list. */
export type OptionPath = readonly (string | number)[];

/** One value for one option. */
export type MarkedOption = Readonly<{ path: OptionPath; value: unknown }>;

/** Nothing listens there. */
const CLOSED = "127.0.0.1:1";

/** The least that each backend of this project needs, with servers that are not there. Others: what their schemas require is text. */
export function leastConfig({ name, jsonSchema }: BackendModule, folder: string): RawMap {
  const known: Readonly<Record<string, RawMap>> = {
    local: { base_path: `${folder}/cache` },
    redis: { url: `redis://${CLOSED}`, connect_timeout_ms: 300 },
    s3: { bucket: "bucket", region: "us-east-1", endpoint: `http://${CLOSED}` },
    gcs: { bucket: "bucket", endpoint: `http://${CLOSED}`, max_retries: 0 },
  };
  const required: unknown = jsonSchema["required"];
  const names: readonly unknown[] = Array.isArray(required) ? required : [];
  return known[name] ?? Object.fromEntries(names.map((option) => [String(option), "text"]));
}

/** Every option that a schema tells of, also the ones inside of others. */
export function optionsOf(schema: unknown, above: OptionPath = []): readonly OptionPath[] {
  if (!isRawMap(schema)) return [];
  const choices = ["oneOf", "anyOf", "allOf"].flatMap((word) => {
    const list = schema[word];
    return Array.isArray(list) ? list : [];
  });
  const found = [
    ...Object.entries(mapIn(schema, "properties")).flatMap(([name, inner]) => [
      [...above, name],
      ...optionsOf(inner, [...above, name]),
    ]),
    ...(isRawMap(schema["items"])
      ? [[...above, 0], ...optionsOf(schema["items"], [...above, 0])]
      : []),
    ...choices.flatMap((choice: unknown) => optionsOf(choice, above)),
  ];
  return [...new Map(found.map((path) => [JSON.stringify(path), path])).values()];
}

/** The options whose text is a secret, or may hold one as a URL's user info: there it is marked as it stands. */
export function literalMark(path: OptionPath, mark: string): string | undefined {
  if (path.some((part) => typeof part === "string" && isSecretName(part))) return mark;
  const name = String(path[0]);
  if (!/url|uri|endpoint|nodes|host/.test(name)) return undefined;
  const scheme = name === "endpoint" ? "http" : "redis";
  return `${scheme}://user:${encodeURIComponent(mark)}@${CLOSED}`;
}

/** `config` with marked options in their places. */
export function withMarks(config: RawMap, marks: readonly MarkedOption[]): RawMap {
  const copy: Record<string, unknown> = structuredClone({ ...config });
  for (const { path, value } of marks) put(copy, path, value);
  return copy;
}

function put(into: Record<string, unknown>, path: OptionPath, value: unknown): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = into[first];
  // A list or a map of our own making; what stood there is of another form.
  const next: Record<string, unknown> = isRawMap(inner) ? inner : {};
  if (rest[0] === 0) {
    const item: Record<string, unknown> = {};
    put(item, rest, value);
    into[first] = [item[0]];
    return;
  }
  into[first] = next;
  put(next, rest, value);
}
