/**
 * Milliseconds of CPU that this thread has used, with fractions: what a step takes that waits for nothing, whatever else runs on the machine
 * meanwhile.
 */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
