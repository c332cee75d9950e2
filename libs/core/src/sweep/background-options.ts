/** Sweeps in the background. `intervalMs`: from the end of one round to the next, a tenth more or less, up to 14 days. `rate`: as in `SweepOptions`, default 500. */
export type BackgroundSweepOptions = Readonly<{ intervalMs: number; rate?: number | undefined }>;
