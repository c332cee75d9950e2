import { CacheError, type ConfigProblem } from "@cogniverse/sdk";

/** One error that names everything wrong at once. */
export function invalidConfig(problems: readonly ConfigProblem[]): CacheError {
  const list = problems.map(({ path, message }) => `${path.join(".")} ${message}`);
  return new CacheError("invalid_config", `Telemetry: ${list.join("; ")}`);
}
