import { once } from "node:events";
import { createServer } from "node:net";
import { randomInt } from "node:crypto";

/** Servers listen here and nowhere else. */
export const host = "127.0.0.1";

/**
 * Below the range from which systems take the ports of outgoing connections (from 32768 on Linux, 49152 elsewhere), and
 * so is each port + 10000, which a Redis Cluster takes as well. A port from inside that range could be taken while its
 * server restarts, even by the client that tries to reach it.
 */
const lowest = 10_240;
const highest = 22_700;

const maxTries = 200;

/** Other ports that must be free as well, as distances from the port itself. */
export type PortOptions = Readonly<{ companions?: readonly number[] }>;

/** A port of the loopback interface that was free a moment ago; the server itself has to bind it and may lose the race. */
export async function freePort({ companions = [] }: PortOptions = {}): Promise<number> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const port = randomInt(lowest, highest);
    const wanted = [port, ...companions.map((distance) => port + distance)];
    const free = await Promise.all(wanted.map(isFree));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`found no free port between ${lowest} and ${highest} in ${maxTries} tries`);
}

/** Different ports, all of them free a moment ago. */
export async function freePorts(count: number, options: PortOptions = {}): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort(options));
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  const bound = await once(server, "listening").then(
    () => true,
    () => false,
  );
  if (bound) await new Promise((resolve) => server.close(resolve));
  return bound;
}
