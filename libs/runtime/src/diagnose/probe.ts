import type { ExaminationFinding } from "@cogniverse/sdk";
import type { ProbeGround } from "./probe-ground.ts";

/** What a probe found: fine, or what is wrong and what to do. `check` is added by whoever runs it. */
export type Verdict = Omit<ExaminationFinding, "check">;

/** One thing to try on a backend. */
export type Probe = Readonly<{
  /** Its short name, such as `write`. */
  check: string;
  /** Whether the backend claims what is tried. Left out: every backend does. */
  applies?: (ground: ProbeGround) => boolean;
  /** Rejects with what the backend threw. */
  run: (ground: ProbeGround) => Promise<Verdict>;
}>;

export function fine(message: string): Verdict {
  return { level: "ok", message };
}

export function problem(message: string, remedy: string): Verdict {
  return { level: "problem", message, remedy };
}
