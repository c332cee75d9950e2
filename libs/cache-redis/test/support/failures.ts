import { CacheError } from "@cogniverse/sdk";
import type { FailingFixture, Failures } from "@cogniverse/testkit";
import { startRedis, type RedisServer } from "@cogniverse/test-servers";
import type { RedisBackend, RedisOptions } from "../../src/index.ts";
import { bareClient, Tiers } from "./tiers.ts";

const SECRET = "s3cr3t-W0rd/+=";
const USER = `app on >${SECRET} ~* +@all`;

/** A server of one test, so that it can be broken, with a tier that was well before. */
async function broken(
  start: () => Promise<RedisServer>,
  ruin: (server: RedisServer, backend: RedisBackend) => Promise<unknown>,
  options: RedisOptions = {},
): Promise<FailingFixture> {
  const server = await start();
  const tiers = new Tiers({ url: server.url, command_timeout_ms: 20_000, ...options });
  const backend = await tiers.open();
  await ruin(server, backend);
  return {
    backend,
    secrets: [SECRET],
    valueBytes: 2_000_000,
    [Symbol.asyncDispose]: async () => {
      await tiers[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

/** Calls until the connection shows the state that the server was brought to. */
async function until(backend: RedisBackend, code: string): Promise<void> {
  for (;;) {
    const error = await backend.exists("a", "t").catch((reason: unknown) => reason);
    if (CacheError.isInstance(error) && error.code === code) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const asUser = { username: "app", password: SECRET };

/** How a lone Redis fails. */
export const failures: Failures = {
  auth: () =>
    broken(
      () => startRedis({ users: [USER] }),
      async (server, backend) => {
        await using client = bareClient(server.url);
        await client.call("ACL", "SETUSER", "app", "resetpass", ">another");
        await client.call("CLIENT", "KILL", "USER", "app");
        await until(backend, "auth");
      },
      asUser,
    ),
  // A server that is to be in a cluster and is in none serves no key.
  unavailable: () =>
    broken(
      () => startRedis({ config: { "cluster-enabled": "yes" }, users: [USER] }),
      async () => undefined,
      asUser,
    ),
  silent: () =>
    broken(
      () => startRedis({ users: [USER] }),
      async (server) => server.pause(),
      // What a busy machine keeps to while the tier is opened.
      { ...asUser, command_timeout_ms: 2000 },
    ),
  stopped: () =>
    broken(
      () => startRedis({ users: [USER] }),
      async (server, backend) => {
        await server.kill();
        await until(backend, "tier_unavailable");
      },
      asUser,
    ),
  large: () =>
    broken(
      () => startRedis({ users: [USER] }),
      async () => undefined,
      { ...asUser, max_value_bytes: 1_000_000 },
    ),
};
