import { CacheError, type ExaminationFinding } from "@cogniverse/sdk";

const REMEDIES: Readonly<Record<string, string>> = {
  tier_unavailable: "see whether the server runs, its address, and the network between",
  timeout:
    "see the load of the server and the network; the tier's time_limit_ms says how long is waited",
  throttled: "the service asks for fewer calls: see its quotas",
  auth: "see the credentials, and what they may do (the tier's README lists the permissions)",
  too_large: "see the size limits of the tier and of its server",
  invalid_config: "put the configuration right",
};
const OTHER = "see the message; where it says nothing to you, report it with this output";

/** What an error of a call or of a start comes to. */
export function failureFinding(check: string, error: unknown): ExaminationFinding {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = CacheError.isInstance(error) ? (REMEDIES[error.code] ?? OTHER) : OTHER;
  return { check, level: "problem", message, remedy };
}

/** Whether what else is tried would only fail in the same way, each after its time limit. */
export function endsTrying(error: unknown): boolean {
  return (
    CacheError.isInstance(error) && ["tier_unavailable", "timeout", "auth"].includes(error.code)
  );
}
