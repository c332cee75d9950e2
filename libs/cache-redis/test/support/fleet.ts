import type { LogHead, LogSession } from "@cogniverse/sdk";
import { FakeClock, settle } from "@cogniverse/testkit";
import type { RedisBackend, RedisOptions } from "../../src/index.ts";
import { LogReader } from "./log-reader.ts";
import { Tiers } from "./tiers.ts";

/** D. The clock is the tests' own, so it is as long as they say. */
export const LEASE_MS: number = 5000;

/** A node, and its clock. */
export type FleetNode = Readonly<{ backend: RedisBackend; reader: LogReader; clock: FakeClock }>;

/** Nodes of one deployment on one server, each with a clock of its own. */
export class Fleet extends Tiers {
  constructor(options: RedisOptions) {
    // No limit of time falls due where a test moves a clock.
    super({ command_timeout_ms: 3_600_000, ...options }, { networkLeaseMs: LEASE_MS });
  }

  async node(options: Readonly<{ url?: string; leaseMs?: number }> = {}): Promise<FleetNode> {
    const clock = new FakeClock();
    const { url, leaseMs = LEASE_MS } = options;
    const context = { clock, networkLeaseMs: leaseMs };
    const backend = await this.open(url === undefined ? {} : { url }, context);
    const reader = await LogReader.of(backend);
    this.with(reader);
    return { backend, reader, clock };
  }

  /** Two nodes whose table counts. */
  async pair(): Promise<readonly [LogReader, LogReader, FakeClock]> {
    const [a, b] = [await this.node(), await this.node()];
    await this.ripen(a);
    return [a.reader, b.reader, a.clock];
  }

  /** The node has known the table for D, and said so. */
  async ripen(node: Pick<FleetNode, "reader" | "clock">): Promise<void> {
    node.clock.advance(LEASE_MS);
    await node.reader.beat();
  }
}

/** What a wait has come to, once all that is on its way has come: nobody's clock moves. */
export async function outcome(
  session: LogSession,
  head: LogHead,
): Promise<number | "waits" | "unknown"> {
  const end = new AbortController();
  const waiting = session.settled(head, { signal: end.signal }).then(
    (others) => others ?? ("unknown" as const),
    () => "waits" as const,
  );
  await settle(1);
  // Answered after the question on the same connection, though the server may have forgotten the question's script.
  for (let n = 0; n < 3; n++) await session.read(head);
  await settle();
  end.abort();
  return waiting;
}
