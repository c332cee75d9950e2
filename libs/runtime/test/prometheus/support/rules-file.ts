import * as z from "zod";
import { readConfig } from "./configs-folder.ts";

const recording = z.strictObject({
  record: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
  expr: z.string(),
});
const alert = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string(),
  labels: z.strictObject({ severity: z.enum(["critical", "warning", "info"]) }),
  annotations: z.strictObject({
    summary: z.string(),
    description: z.string(),
    runbook: z.string(),
  }),
});
const rulesFile = z.strictObject({
  groups: z.array(
    z.strictObject({ name: z.string(), rules: z.array(z.union([recording, alert])) }),
  ),
});

export type RulesFile = z.infer<typeof rulesFile>;
export type AlertRule = z.infer<typeof alert>;
export type RecordingRule = z.infer<typeof recording>;

/** In `configs/prometheus`. */
export const RULES_FILE = "cogniverse-cache.rules.yaml";

/** The rules that are shipped. Throws where one lacks what an operator needs of it. */
export async function shippedRules(): Promise<RulesFile> {
  return rulesFile.parse(await readConfig(`prometheus/${RULES_FILE}`));
}

export function alertsOf({ groups }: RulesFile): readonly AlertRule[] {
  return groups.flatMap(({ rules }) => rules.filter((rule) => "alert" in rule));
}

export function recordingsOf({ groups }: RulesFile): readonly RecordingRule[] {
  return groups.flatMap(({ rules }) => rules.filter((rule) => "record" in rule));
}
