import { isInstalled, type Missing, type Need } from "./install/install.ts";
import { installNow } from "./install/install-now.ts";
import { UnavailableError } from "./unavailable-error.ts";

/** Variable in which the start of a test run leaves, as JSON, what could not be installed and why. */
export const missingVariable = "COGNIVERSE_MISSING_SERVERS";

/** Servers that are given by their address need not be installed. */
const addressVariables: Readonly<Partial<Record<Need, string>>> = {
  redis: "REDIS_URL",
  s3: "S3_ENDPOINT",
  "s3-second": "S3_SECOND_ENDPOINT",
  gcs: "GCS_ENDPOINT",
  phoenix: "PHOENIX_URL",
};

/** Too large to be there for every test run: installed by the first file whose tests need them. */
const onDemand: readonly Need[] = ["phoenix", "prometheus"];

/** Nothing of ours depends on these: where they cannot be had even continuous integration goes without. */
const optional: readonly Need[] = ["valkey"];

/**
 * Gives `describe` where all servers that the suite needs can run; else `describe.skip`, after saying why on standard
 * error. With `CI=true` a missing server is an error instead, so that the test file fails; but a suite that only lacks an
 * optional one is left out there, so its file needs a test besides.
 *
 * @throws {UnavailableError} With `CI=true`.
 */
export function serverSuite<T extends { readonly skip: unknown }>(
  needs: readonly Need[],
  describe: T,
): T | T["skip"] | (() => void) {
  const missing = needs.filter((need) => whyMissing(need) !== undefined);
  if (missing.length === 0) return describe;
  const message = missing.map((need) => whyMissing(need)).join("\n");
  const ci = process.env["CI"] === "true";
  if (ci && missing.some((need) => !optional.includes(need))) throw new UnavailableError(message);
  process.stderr.write(`\nSKIPPED: tests on real servers: ${message}\n\n`);
  // Whoever calls it registers its tests in vain, and sees nothing of it.
  return ci ? () => undefined : describe.skip;
}

function whyMissing(need: Need): string | undefined {
  const variable = addressVariables[need];
  if (variable !== undefined && process.env[variable]) return undefined;
  if (isInstalled(need)) return undefined;
  if (onDemand.includes(need) && knownMissing()[need] === undefined) {
    const missing = { ...knownMissing(), ...installNow(need) };
    process.env[missingVariable] = JSON.stringify(missing);
    if (isInstalled(need)) return undefined;
  }
  const missing = knownMissing();
  return `${need}: ${missing[need] ?? "not installed; `npm run services` installs it"}`;
}

function knownMissing(): Missing {
  // Written by this package only.
  return JSON.parse(process.env[missingVariable] ?? "{}") as Missing;
}
