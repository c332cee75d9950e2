import { Redis } from "ioredis";

/** How many scripts the server has run since its start. */
export async function scriptsRun(url: string): Promise<number> {
  const client = new Redis(url);
  try {
    const stats = await client.info("commandstats");
    const calls = ["eval", "evalsha"].map((name) =>
      Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0),
    );
    return calls.reduce((sum, one) => sum + one, 0);
  } finally {
    client.disconnect();
  }
}
