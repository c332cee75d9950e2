import type { ConfigProblem, ParsedConfig } from "@cogniverse/sdk";
import { memoryBytes, type RedisOptions } from "./options.ts";
import { EVICTION_POLICIES, LARGEST_VALUE_BYTES, LONGEST_TIMEOUT_MS } from "./options-schema.ts";

type Path = readonly (string | number)[];
/** Everything that is wrong with a value; its path is relative to the value. */
type Check = (value: unknown) => readonly ConfigProblem[];

const URL_FORM = "redis://[username:password@]host[:port][/db], or rediss:// for TLS";
const TIMEOUT_FORM = `a number of milliseconds above 0, at most ${LONGEST_TIMEOUT_MS}`;

const CHECKS: Readonly<Record<keyof RedisOptions, Check>> = {
  // Not shown when it is wrong: it may hold a password.
  url: (value) => (isRedisUrl(value) ? [] : problem([], `expected ${URL_FORM}`)),
  username: nonEmpty("a name", true),
  password: nonEmpty("a password", false),
  tls: either(
    object({ ca: pem, cert: pem, key: secretPem, servername: nonEmpty("a name", true) }, []),
  ),
  cluster: either(object({ nodes }, ["nodes"])),
  sentinel: object(
    {
      name: nonEmpty("the name of a master", true),
      nodes,
      username: nonEmpty("a name", true),
      password: nonEmpty("a password", false),
    },
    ["name", "nodes"],
  ),
  key_prefix: fits(
    (value) => typeof value === "string" && /^[^\s{}*?[\]\\^]*$/.test(value),
    "text without braces, spaces or glob operators, which name slots and patterns",
  ),
  default_ttl: fits(
    (value) => value === null || (isNumber(value) && value > 0),
    "a number of seconds above 0, or null",
  ),
  max_value_bytes: fits(
    (value) => isWhole(value) && value >= 1 && value <= LARGEST_VALUE_BYTES,
    `a whole number from 1 to ${LARGEST_VALUE_BYTES}`,
  ),
  max_memory: fits(
    (value) =>
      typeof value === "string"
        ? Number.isFinite(memoryBytes(value))
        : isWhole(value) && value >= 0,
    'bytes, or text such as "2gb"',
  ),
  eviction_policy: (value) =>
    EVICTION_POLICIES.some((policy) => policy === value)
      ? []
      : [{ path: [], message: `unknown policy ${shown(value)}`, expected: EVICTION_POLICIES }],
  manage_server: fits((value) => typeof value === "boolean", "true or false"),
  connect_timeout_ms: fits(isTimeout, TIMEOUT_FORM),
  command_timeout_ms: fits(isTimeout, TIMEOUT_FORM),
};

/** Checks a `config` object; never throws. Reports everything that is wrong with it, and no password. */
export function parseRedisOptions(config: unknown): ParsedConfig<RedisOptions> {
  if (!isObject(config))
    return {
      ok: false,
      problems: problem([], `expected an object with url, got ${shown(config)}`),
    };
  const problems = [...object(CHECKS, [])(config), ...placeProblems(config)];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, options: config };
}

function placeProblems(config: Readonly<Record<string, unknown>>): readonly ConfigProblem[] {
  const { url, sentinel, cluster } = config;
  const listed = isObject(cluster);
  const places = [url !== undefined, sentinel !== undefined, listed].filter(Boolean).length;
  if (places === 0) return problem([], "one of url, sentinel and cluster.nodes is needed");
  if (places > 1) return problem([], "url, sentinel and cluster.nodes exclude each other");
  if (cluster === true && sentinel !== undefined)
    return problem(["cluster"], "a cluster needs no sentinel");
  const hasDb = typeof url === "string" && /^rediss?:\/\/[^/]*\/[1-9]/.test(url);
  if (cluster === true && hasDb) return problem(["url"], "a cluster has no databases but 0");
  return [];
}

function object(checks: Readonly<Record<string, Check>>, required: readonly string[]): Check {
  return (value) => {
    if (!isObject(value)) return problem([], `expected an object, got ${shown(value)}`);
    const wrong = Object.entries(value).flatMap(([name, one]): readonly ConfigProblem[] => {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      if (check === undefined)
        return [{ path: [name], message: "unknown option", expected: Object.keys(checks) }];
      return check(one).map((found) => ({ ...found, path: [name, ...found.path] }));
    });
    const missing = required.filter((name) => !(name in value));
    return [...wrong, ...missing.flatMap((name) => problem([], `${name} is missing`))];
  };
}

function either(check: Check): Check {
  return (value) => (typeof value === "boolean" ? [] : check(value));
}

function nodes(value: unknown): readonly ConfigProblem[] {
  if (!Array.isArray(value) || value.length === 0)
    return problem([], `expected a list of host:port, got ${shown(value)}`);
  return value.flatMap((node: unknown, at) =>
    typeof node === "string" && /^(?:[^\s/:@]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/.test(node)
      ? []
      : problem([at], `expected host:port`),
  );
}

function pem(value: unknown): readonly ConfigProblem[] {
  return nonEmpty("PEM, or the path of a file", true)(value);
}

function secretPem(value: unknown): readonly ConfigProblem[] {
  return nonEmpty("PEM, or the path of a file", false)(value);
}

/** `mayShow`: whether the value is no secret. */
function nonEmpty(wanted: string, mayShow: boolean): Check {
  return (value) =>
    typeof value === "string" && value !== ""
      ? []
      : problem([], `expected ${wanted}${mayShow ? `, got ${shown(value)}` : ""}`);
}

function fits(test: (value: unknown) => boolean, wanted: string): Check {
  return (value) => (test(value) ? [] : problem([], `expected ${wanted}, got ${shown(value)}`));
}

function problem(path: Path, message: string): readonly ConfigProblem[] {
  return [{ path, message }];
}

function isRedisUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const url = new URL(value);
  if (!["redis:", "rediss:"].includes(url.protocol) || url.search !== "" || url.hash !== "")
    return false;
  return url.hostname !== "" && /^\/?\d{0,5}$/.test(url.pathname) && isDecodable(url);
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function isTimeout(value: unknown): boolean {
  return isNumber(value) && value > 0 && value <= LONGEST_TIMEOUT_MS;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isWhole(value: unknown): value is number {
  return isNumber(value) && Number.isInteger(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  return (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
