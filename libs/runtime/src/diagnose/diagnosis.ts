import type { ExaminationFinding, PlannedChange } from "@cogniverse/sdk";
import type { TruthSummary } from "../tiers/truth.ts";
import type { LatencyFigures } from "./percentile.ts";

/** How one tier did. `findings`: the server's own first, then what was tried, each with what to do about it. */
export type TierDiagnosis = Readonly<{
  tier: string;
  backend: string;
  /** `down`: it could not be started, so nothing was tried. */
  state: "up" | "down";
  /** Name and version, where the server tells. */
  server?: string;
  /** Its clock less ours, in milliseconds. */
  clockOffsetMs?: number;
  findings: readonly ExaminationFinding[];
  /** What the configuration asks for and the server does not have yet. */
  changes: readonly PlannedChange[];
  /** Of small values, one call at a time. */
  latency?: Readonly<{ read: LatencyFigures; write: LatencyFigures }>;
}>;

/** How a whole cache did. `ok`: no finding is a problem. Plain data without secrets. */
export type Diagnosis = Readonly<{
  ok: boolean;
  truth: TruthSummary;
  tiers: readonly TierDiagnosis[];
  /** Whether somebody takes what telemetry exports; never a problem. */
  telemetry: readonly ExaminationFinding[];
}>;
