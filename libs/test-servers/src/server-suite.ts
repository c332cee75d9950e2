import { isInstalled, type Missing, type Need } from "./install/install.ts";
import { UnavailableError } from "./unavailable-error.ts";

/** Variable in which the start of a test run leaves, as JSON, what could not be installed and why. */
export const missingVariable = "COGNIVERSE_MISSING_SERVERS";

/** Servers that are given by their address need not be installed. */
const addressVariables: Readonly<Partial<Record<Need, string>>> = {
  redis: "REDIS_URL",
  s3: "S3_ENDPOINT",
  "s3-second": "S3_SECOND_ENDPOINT",
  gcs: "GCS_ENDPOINT",
};

/**
 * Gives `describe` where all servers that the suite needs can run; else `describe.skip`, after saying why on standard
 * error. With `CI=true` a missing server is an error instead, so that the test file fails.
 *
 * @throws {UnavailableError} With `CI=true`.
 */
export function serverSuite<T extends { readonly skip: unknown }>(
  needs: readonly Need[],
  describe: T,
): T | T["skip"] {
  const reasons = needs.flatMap((need) => whyMissing(need) ?? []);
  if (reasons.length === 0) return describe;
  const message = reasons.join("\n");
  if (process.env["CI"] === "true") throw new UnavailableError(message);
  process.stderr.write(`\nSKIPPED: tests on real servers: ${message}\n\n`);
  return describe.skip;
}

function whyMissing(need: Need): string | undefined {
  const variable = addressVariables[need];
  if (variable !== undefined && process.env[variable]) return undefined;
  if (isInstalled(need)) return undefined;
  // Written by this package only.
  const missing = JSON.parse(process.env[missingVariable] ?? "{}") as Missing;
  return `${need}: ${missing[need] ?? "not installed; `npm run services` installs it"}`;
}
