import type { Examination, ExaminationFinding } from "@cogniverse/sdk";
import type { TierExamination } from "../examine/tier-examination.ts";

/** Expiry compares clocks of machines: more than this is felt. */
const CLOCK_OFFSET_MS = 1000;

/** What looking at a tier's server came to, as findings. */
export function serverFindings(examined: TierExamination): readonly ExaminationFinding[] {
  if (examined.state === "none") return [];
  if (examined.state === "examined") {
    const { examination } = examined;
    const { clockOffsetMs, findings } = examination;
    // By one limit for all backends, whatever a module says of it.
    const own = findings.filter(({ check }) => clockOffsetMs === undefined || check !== "clock");
    return [...own, ...clockFinding(examination), ...driftFinding(examination)];
  }
  const { state, reason } = examined;
  if (state === "refused")
    return [{ check: "configuration", level: "problem", message: reason, remedy: "put it right" }];
  const remedy = "see whether the server runs, and its address, network and credentials";
  return [{ check: "server", level: "problem", message: reason, remedy }];
}

function clockFinding({ clockOffsetMs }: Examination): readonly ExaminationFinding[] {
  if (clockOffsetMs === undefined) return [];
  const check = "clock";
  const offset = `${Math.abs(clockOffsetMs / 1000).toFixed(1)} s ${clockOffsetMs < 0 ? "behind" : "ahead of"} ours`;
  if (Math.abs(clockOffsetMs) <= CLOCK_OFFSET_MS)
    return [{ check, level: "ok", message: `the server's is ${offset}` }];
  return [
    {
      check,
      level: "warning",
      message: `the server's is ${offset}: what it lets expire lives so much too long or too short. Invalidation is not affected: it goes by positions in a log, not by clocks`,
      remedy: "let NTP set the clocks of both machines",
    },
  ];
}

function driftFinding({ changes }: Examination): readonly ExaminationFinding[] {
  if (changes.length === 0) return [];
  return [
    {
      check: "drift",
      level: "warning",
      message: `the server is not as configured, in ${changes.length === 1 ? "one point" : `${changes.length} points`}`,
      remedy: "the next start of an application makes the changes shown, where it may",
    },
  ];
}
