/** Aborts at the first SIGINT or SIGTERM. The second time the default applies: the process ends at once, and with it what it started. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => controller.abort(new Error(`stopped by ${name}`)));
  return controller.signal;
}
