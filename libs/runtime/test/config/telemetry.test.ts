import { describe, expect, test } from "@jest/globals";
import { checkConfig } from "../../src/index.ts";
import { linesIn, MEMORY, problemsIn, withYaml, wrong } from "../support/check-yaml.ts";

/** What is wrong with lines below `telemetry:`, which stands in line 4. */
const telemetry = (
  text: string,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> => linesIn(`${MEMORY}telemetry:\n  ${text}\n`, { env });
const AT = "endpoint: http://127.0.0.1:6006\n  ";

describe("names and values of the section telemetry", () => {
  test("the section itself", async () => {
    expect(await linesIn(`${MEMORY}telemetri: {}\n`)).toEqual([
      '4:1 Unknown option "telemetri"; did you mean "telemetry"?',
    ]);
    expect(await linesIn(`${MEMORY}telemetry: on\n`)).toEqual([
      '4:12 "telemetry" must be a map, not text',
    ]);
    expect(await linesIn(`${MEMORY}telemetry: {}\n`)).toEqual([]);
    expect(await linesIn(`${MEMORY}telemetry:\n`)).toEqual([
      '4:1 "telemetry" must be a map, not nothing: {} takes the defaults',
    ]);
    expect(await linesIn(`${MEMORY}  telemetry: {}\n`)).toEqual([
      '4:3 "telemetry" stands at the top, not inside of "caching"',
    ]);
  });

  test.each([
    ["endpont: http://h", '5:3 Unknown option "endpont"; did you mean "endpoint"?'],
    ["apiKey: x", '5:3 Unknown option "apiKey"; did you mean "api_key"?'],
    ["sampling: { hit: 1 }", '5:15 Unknown option "hit"; did you mean "hits"?'],
    ["service: { nam: a }", '5:14 Unknown option "nam"; did you mean "name"?'],
    ["keys: { visiblity: plain }", '5:11 Unknown option "visiblity"; did you mean "visibility"?'],
    ["batch: { maxQueue: 5 }", '5:12 Unknown option "maxQueue"; did you mean "max_queue"?'],
    ["metrics: { promethus: {} }", 'Unknown option "promethus"; did you mean "prometheus"?'],
    ["metrics: { prometheus: { prt: 1 } }", 'Unknown option "prt"; did you mean "port"?'],
    [
      'metrics: { otlp: { endpoint: "", interval: 1 } }',
      'Unknown option "interval"; did you mean "interval_ms"?',
    ],
    ["metrics: { keytypes: 1 }", 'Unknown option "keytypes"; did you mean "key_types"?'],
    ["enabled: yes", '5:12 "enabled" must be true or false, not text: YAML 1.2 reads yes'],
    ["endpoint: localhost:6006", '5:13 "endpoint" must be an http:// or https:// URL'],
    ["endpoint: http://", '5:13 "endpoint" must be an http:// or https:// URL'],
    ["endpoint: http://h:99999", '5:13 "endpoint" must be an http:// or https:// URL'],
    ["endpoint: http://me:pw@h", '5:13 "endpoint" must hold no user or password'],
    ["endpoint: 6006", '5:13 "endpoint" must be text, not 6006: put it in quotes'],
    ["protocol: http/json", '5:13 "protocol" must be one of http/protobuf, grpc'],
    ["compression: zstd", '5:16 "compression" must be one of gzip, none'],
    ["headers: [a]", '5:12 "headers" must be a map, not a list'],
    ["headers: { x-team: [a] }", '5:22 "x-team" must be text, not a list'],
    ['headers: { x-team: "a\\nb" }', '5:22 "x-team" must be one line of Latin letters'],
    ['headers: { "x team": a }', '5:14 "x team" cannot be a header'],
    ["api_key: [a]", '5:12 "api_key" must be text, not a list'],
    ["api_key: 123456", '5:12 "api_key" must be text, not a number: put it in quotes'],
    ["tenancy: tenant", '5:12 "tenancy" must be one of attribute, project'],
    ["sampling: { hits: 1.01 }", '5:21 "hits" must be at most 1, not 1.01'],
    ["sampling: { hits: -0.1 }", '5:21 "hits" must be at least 0, not -0.1'],
    ["sampling: { slow_read_ms: -1 }", '5:29 "slow_read_ms" must be at least 0'],
    ["keys: { visibility: sha }", '5:23 "visibility" must be one of hmac, plain, prefix'],
    ["values: 1", '5:11 "values" must be true or false, not 1'],
    ["annotations: 1", '5:16 "annotations" must be true or false'],
    ["batch: { max_queue: 0 }", '5:23 "max_queue" must be at least 1, not 0'],
    ["batch: { max_queue: 1.5 }", '5:23 "max_queue" must be a whole number'],
    ["batch: { max_size: 0 }", '5:22 "max_size" must be at least 1'],
    ["batch: { delay_ms: 0 }", '5:22 "delay_ms" must be more than 0'],
    ["batch: { timeout_ms: 3e9 }", '5:24 "timeout_ms" must be at most 2147483647'],
    ["shutdown_ms: soon", '5:16 "shutdown_ms" must be a number, not text'],
    ["metrics: { prometheus: { port: 70000 } }", '5:34 "port" must be at most 65535, not 70000'],
    ["metrics: { prometheus: { port: -1 } }", '5:34 "port" must be at least 0'],
    ["metrics: { prometheus: { path: metrics } }", '5:34 "path" must be a path such as /metrics'],
    ['metrics: { prometheus: { host: "" } }', '5:34 "host" must be text that is not empty'],
    ["metrics: { prometheus: true }", "not true or false: {} takes the defaults"],
    ["metrics: { prometheus: }", '"prometheus" must be a map, not nothing: {} takes the defaults'],
    ["metrics: { prometheus: on }", '5:26 "prometheus" must be a map, not text'],
    ["metrics: { otlp: { endpoint: ftp://h } }", '5:32 "endpoint" must be an http:// or https://'],
    ["metrics: { tenants: 0 }", '5:23 "tenants" must be at least 1'],
    ["metrics: { key_types: 99999 }", '5:25 "key_types" must be at most 10000'],
    ["metrics: { figures_interval: 1 }", 'did you mean "figures_interval_ms"?'],
    ["metrics: { figures_interval_ms: -1 }", '"figures_interval_ms" must be at least 0'],
    ["metrics: { figures_interval_ms: 3e9 }", '"figures_interval_ms" must be at most 2147483647'],
  ])("%s", async (text, expected) => {
    expect(await telemetry(text)).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ["/v1/trace", "http://h:1, or http://h:1/v1/traces"],
    ["/v1/trace/", "http://h:1, or http://h:1/v1/traces"],
    ["/V1/Traces", "http://h:1, or http://h:1/v1/traces"],
    ["/v1/tarces", "http://h:1, or http://h:1/v1/traces"],
    ["/v1", "http://h:1, or http://h:1/v1/traces"],
    ["/v1/metrics", "http://h:1, or http://h:1/v1/traces"],
    ["/otlp/v1/spans/traces", "http://h:1/otlp/v1/spans, or http://h:1/otlp/v1/spans/v1/traces"],
    ["/otlp/v1/trace", "http://h:1/otlp, or http://h:1/otlp/v1/traces"],
    ["/traces", "http://h:1, or http://h:1/v1/traces"],
    ["/projects/UHJvamVjdDox/spans", "http://h:1, or http://h:1/v1/traces"],
  ])("an endpoint with the path %s is hardly meant so", async (path, right) => {
    const ending = path.replace(/^\/otlp(?:\/v1\/spans)?|\/$/g, "");
    expect(await telemetry(`endpoint: http://h:1${path}`)).toEqual([
      `5:13 "endpoint": a path that ends in "${ending}" is none of OTLP's for traces: write ${right}`,
    ]);
  });

  test.each(["", "/", "/v1/traces", "/otlp", "/api/v1/otlp", "/proxy/phoenix", "/trace/v1/traces"])(
    "an endpoint with the path %j may be right",
    async (path) => {
      expect(await telemetry(`endpoint: http://h:1${path}`)).toEqual([]);
      expect(await telemetry(`endpoint: http://h:1/v1/trace\n  protocol: grpc`)).toEqual([]);
    },
  );

  test("metrics have a path of their own", async () => {
    const otlp = (path: string): Promise<readonly string[]> =>
      telemetry(`metrics: { otlp: { endpoint: "http://h:1${path}" } }`);
    expect(await otlp("/v1/metrics")).toEqual([]);
    expect(await otlp("/v1/traces")).toEqual([
      expect.stringContaining("write http://h:1, or http://h:1/v1/metrics"),
    ]);
  });

  test("everything that is right, from variables too, quoted or not", async () => {
    const text = `${AT}protocol: grpc
  compression: none
  headers: { x-team: "\${TEAM}" }
  api_key: \${PHOENIX_API_KEY:-}
  project: \${PROJECT:-cogniverse}
  service: { name: a, version: "1", instance: b }
  tenancy: project
  sampling: { hits: 0, slow_read_ms: 0 }
  keys: { visibility: prefix, secret: "\${COGNIVERSE_KEY_SECRET:-}" }
  values: false
  annotations: false
  batch: { max_queue: 2, max_size: 2, delay_ms: 0.5, timeout_ms: 1 }
  shutdown_ms: 1
  metrics:
    otlp: { endpoint: "http://h:4318/v1/metrics", interval_ms: 1, headers: {} }
    prometheus:
      host: "::1"
      port: \${PORT:-9464}
      path: /m
    tenants: 1
    key_types: 1
    figures_interval_ms: 0`;
    expect(await telemetry(text, { TEAM: "a" })).toEqual([]);
  });
});

describe("what does not go together", () => {
  const noWhere = "is about traces, and these go nowhere";
  const SECRET = "sixteen-letters!";
  test.each([
    ["tenancy: project", `5:12 "tenancy: project" ${noWhere}: give "endpoint"`],
    ["annotations: true", `5:16 "annotations: true" ${noWhere}`],
    ["metrics: { otlp: { interval_ms: 5 } }", '5:14 "otlp" has no "endpoint"'],
    [
      `${AT}api_key: k\n  headers: { Authorization: Bearer x }`,
      '7:14 "Authorization" beside "api_key"',
    ],
    [`${AT}api_key: k\n  headers: { api_key: x }`, '7:14 "api_key" beside "api_key"'],
    ["headers: { X-Team: a, x-team: b }", '5:25 The header "X-Team" is there already'],
    [
      "batch: { max_size: 9, max_queue: 8 }",
      '5:22 "max_size" is more than may wait: "max_queue" is 8 here',
    ],
    [
      "batch: { max_size: 5000 }",
      '5:22 "max_size" is more than may wait: "max_queue" is 4096 unless',
    ],
    [
      `keys: { visibility: plain, secret: ${SECRET} }`,
      '5:30 "secret" beside "visibility: plain": keys leave as they are',
    ],
    ["keys: { secret: too-short }", '5:19 "secret" must have at least 16 characters'],
  ])("%s", async (text, expected) => {
    expect(await telemetry(text)).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ["tenancy: project", { PHOENIX_COLLECTOR_ENDPOINT: "http://h:6006" }],
    ["annotations: true", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:6006" }],
    ["tenancy: project\n  endpoint: ${NONE:-}", {}],
    ["metrics: { otlp: {} }", { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://h:4318/v1/metrics" }],
    ["metrics: { otlp: { endpoint: '${NONE:-}' } }", {}],
    [`${AT}api_key: \${NONE:-}\n  headers: { authorization: x }`, {}],
    [`${AT}api_key: k\n  headers: { authorization: "\${NONE:-}" }`, {}],
    ["batch: { max_size: 5000 }", { OTEL_BSP_MAX_QUEUE_SIZE: "6000" }],
    ["keys: { visibility: plain, secret: '${NONE:-}' }", {}],
    ["enabled: false\n  tenancy: project", {}],
  ])("goes together: %s %j", async (text, env) => {
    expect(await telemetry(text, env)).toEqual([]);
  });

  test("a wrong variable of OpenTelemetry is a problem of the section, and shown with its name alone", async () => {
    const [line, ...others] = await telemetry(AT, { OTEL_BSP_MAX_QUEUE_SIZE: "m4rked" });
    expect(others).toEqual([]);
    expect(line).toMatch(/^4:1 .*OTEL_BSP_MAX_QUEUE_SIZE must be a number/);
    expect(line).not.toContain("m4rked");
  });
});

describe("prices", () => {
  const prices = (text: string): Promise<readonly string[]> =>
    wrong(`  prices: { currency: USD, ${text} }`);

  test.each([
    ["compute_secnd: 1", '4:28 Unknown option "compute_secnd"; did you mean "compute_second"?'],
    ["compute_second: -1", '4:44 "compute_second" must be at least 0, not -1'],
    [
      "compute_second: dear",
      '"compute_second" must be a number, at least 0, or a map from families',
    ],
    ["compute_second: { embeddings: -1 }", '4:58 "embeddings" must be at least 0, not -1'],
    ["compute_second: { embeddings: x }", '4:58 "embeddings" must be a number, not text'],
    [
      "compute_second: { embedings: 1 }",
      '4:46 "embedings" is not a family of keys; did you mean "embeddings"?',
    ],
    ["request: { memry: 1 }", '4:39 "memry" is not a tier; did you mean "memory"?'],
    ["request: { cold: 1 }", '4:39 "cold" is not a tier: there are memory'],
    ["request: { memory: -1 }", '4:47 "memory" must be at least 0, not -1'],
    ["request: 5", '4:37 "request" must be a map, not 5'],
    ["gib_month: { cold: 1 }", '4:41 "cold" is not a tier'],
  ])("%s", async (text, expected) => {
    expect(await prices(text)).toEqual([expect.stringContaining(expected)]);
  });

  test("the currency", async () => {
    expect(await wrong("  prices: {}")).toEqual(['4:3 "currency" is missing: it must be text']);
    expect(await wrong("  prices: { currency: dollars }")).toEqual([
      '4:23 "currency" must be three capital letters, such as USD',
    ]);
  });

  test("right ones, also of families that have only a policy or a key type", async () => {
    const own =
      '  policies: { thumbnails: { ttl: 5 } }\n  key_types: [{ template: "maps/{id}", codec: json }]\n';
    const all =
      "{ embeddings: 0.001, thumbnails: 1, maps: 2, default: 0 }, request: { memory: 0 }, gib_month: { memory: 0.02 }";
    expect(await wrong(`${own}  prices: { currency: EUR, compute_second: ${all} }`)).toEqual([]);
    expect(await prices("compute_second: 0.0006")).toEqual([]);
  });
});

test("a header's value is shown in no problem, wherever it stands", async () => {
  const text = `${MEMORY}telemetry:\n  headers: { x-team: m4rked-team, 'x team': m4rked-other }\n`;
  const problems = await problemsIn(text);
  expect(problems).toHaveLength(1);
  expect(JSON.stringify(problems)).not.toContain("m4rked");
});

test("the summary tells what telemetry will do, by the file and by the environment, and no secret", async () => {
  const text = `${MEMORY}telemetry:\n  api_key: m4rked-key\n  keys: { secret: m4rked-m4rked-m4rked }\n  metrics: { prometheus: { port: 0 } }\n`;
  const env = { PHOENIX_COLLECTOR_ENDPOINT: "http://127.0.0.1:6006" };
  const check = await withYaml(text, (configPath) => checkConfig({ configPath, env }));
  expect(check).toMatchObject({
    ok: true,
    summary: {
      telemetry: {
        enabled: true,
        traces: {
          url: "http://127.0.0.1:6006/v1/traces",
          protocol: "http/protobuf",
          compression: "gzip",
          authorized: true,
          project: "cogniverse",
          tenancy: "attribute",
        },
        metrics: { otlp: null, prometheus: { host: "127.0.0.1", port: 0, path: "/metrics" } },
        keys: { visibility: "hmac", secret: "given" },
      },
    },
  });
  expect(JSON.stringify(check)).not.toContain("m4rked");
});
