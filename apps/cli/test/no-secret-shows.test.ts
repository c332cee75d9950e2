import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CliHome } from "./support/cli-home.ts";

const SECRET = "m4rk!of?a@secret";
const ENCODED = encodeURIComponent(SECRET);
/** Nobody listens there. */
const YAML = `caching:
  tiers:
    hot: { backend: redis, config: { url: "redis://me:${ENCODED}@127.0.0.1:1", connect_timeout_ms: 300 } }
    warm: { backend: local, config: { base_path: "\${COGNIVERSE_CACHE_DIR}" } }
    cold:
      backend: gcs
      config:
        bucket: bucket
        endpoint: http://127.0.0.1:1
        credentials: { client_email: me@host, private_key: "\${MY_PASSWORD}" }
telemetry:
  endpoint: http://127.0.0.1:1
  api_key: "\${MY_PASSWORD}"
  headers: { x-team: ${SECRET} }
  keys: { secret: "\${MY_PASSWORD}" }
`;
const WRONG = YAML.replace("connect_timeout_ms: 300", "conect_timeout: 300").replace(
  "client_email: me@host",
  "client_email: 1",
);

let home: CliHome;
beforeAll(async () => {
  home = await CliHome.create();
  await home.file("right.yaml", YAML);
  await home.file("wrong.yaml", WRONG);
});
afterAll(() => home[Symbol.asyncDispose]());

const COMMANDS = [
  ["config", "check"],
  ["config", "check", "--offline"],
  ["doctor"],
  ["stats"],
  ["ls"],
  ["info", "experiments/a.json"],
  ["get", "experiments/a.json"],
  ["put", "experiments/a.json", "-"],
  ["invalidate", "--key", "experiments/a.json"],
] as const;

test.each(
  COMMANDS.flatMap((words) => [words, [...words, "--json"]]).map((words) => [words] as const),
)(
  "%j says no secret, with a right configuration and a wrong one, and servers that are not there",
  async (words) => {
    for (const [file, isRight] of [
      ["right.yaml", true],
      ["wrong.yaml", false],
    ] as const) {
      const options = { input: "1", isTerminal: isRight, env: { MY_PASSWORD: SECRET } };
      const { out, err } = await home.runWith(options, ...words, "--config", home.at(file));
      const said = out + err;
      expect(said).not.toBe("");
      expect(said.includes("conect_timeout")).toBe(!isRight);
      expect(said).not.toContain(SECRET);
      expect(said).not.toContain(ENCODED);
    }
  },
);
