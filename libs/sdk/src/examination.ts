/**
 * One thing that was looked at on a server. `check`: its short name, such as `eviction-policy` or `permission s3:PutObject`. `problem`
 * costs answers or the promises; `warning` costs money, speed or comfort; `ok` is as configured. `remedy`: what to do, for people. `concerns: "log"`: it matters only where this
 * tier's invalidation log is the truth, and is left out elsewhere.
 */
export type ExaminationFinding = Readonly<{
  check: string;
  level: "ok" | "warning" | "problem";
  message: string;
  remedy?: string;
  concerns?: "log";
}>;

/** A change to the server that the configuration asks for and the next start would make, one line of a diff each. */
export type PlannedChange = Readonly<{
  /** What is changed, such as `lifecycle rule cogniverse-cache/transition-30`. */
  what: string;
  action: "add" | "change" | "remove";
  before?: string;
  after?: string;
}>;

/**
 * What a backend found out about its server, for operators. `server`: name and version as it calls itself. `clockOffsetMs`: its clock less ours,
 * half a round trip taken off; left out where it does not tell.
 */
export type Examination = Readonly<{
  server?: string;
  clockOffsetMs?: number;
  findings: readonly ExaminationFinding[];
  changes: readonly PlannedChange[];
}>;
