/** Stops waiting for `outcome` when the signal aborts, and rejects with its reason; what was waited for goes on. */
export function abortable<R>(outcome: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (signal === undefined) return outcome;
  return new Promise<R>((resolve, reject) => {
    // The caller's own reason, whatever it is.
    const stop = (): void => reject(signal.reason);
    outcome.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}
