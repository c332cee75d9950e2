import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";

const limitMs = 120_000;
const pollMs = 20;

/** Sends one command to a server without cluster or sentinel logic and gives its answer as text, arrays joined by spaces. */
export async function askRedis(
  { host, port, password }: Readonly<{ host: string; port: number; password?: string }>,
  ...[command, ...args]: readonly [string, ...string[]]
): Promise<string> {
  const login = password === undefined ? {} : { password };
  const client = new Redis({ host, port, ...login, lazyConnect: true, retryStrategy: () => null });
  try {
    await client.connect();
    const answer = await client.call(command, ...args);
    return Array.isArray(answer) ? answer.flat().join(" ") : String(answer);
  } finally {
    client.disconnect();
  }
}

/**
 * Asks until the answer is as wanted, for 120 s at most.
 *
 * @throws {Error} With the last answer.
 */
export async function pollUntil(
  what: string,
  ask: () => Promise<string>,
  isWanted: (answer: string) => boolean,
): Promise<void> {
  const limitAt = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return;
    if (performance.now() > limitAt) throw new Error(`${what} within ${limitMs} ms:\n${answer}`);
    await delay(pollMs);
  }
}
