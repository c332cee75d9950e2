/** Waits for `work`, whether it succeeds or fails, for `limitMs` at most. The work goes on; the timer does not outlive the wait. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  const limit = Promise.withResolvers<void>();
  const timer = setTimeout(limit.resolve, limitMs);
  await Promise.race([work.catch(() => undefined), limit.promise]);
  clearTimeout(timer);
}
