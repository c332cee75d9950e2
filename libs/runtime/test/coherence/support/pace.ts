/** Whose log is the truth: that of Redis, or one in S3 with Redis for the table of sessions and for announcements. */
export type Truth = "Redis" | "S3";

/** D in milliseconds, and how long a node rests between two reads of a key and between two invalidations: short, so that tests are, and so that the server keeps up. */
export const PACE: Readonly<Record<Truth, Pace>> = {
  Redis: { leaseMs: 800, readMs: 12, writeMs: 20 },
  S3: { leaseMs: 1500, readMs: 25, writeMs: 250 },
};

type Pace = Readonly<{ leaseMs: number; readMs: number; writeMs: number }>;
