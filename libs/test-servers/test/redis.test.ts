import { describe, expect, test } from "@jest/globals";
import { Redis, type RedisOptions } from "ioredis";

import { serverSuite, startRedis } from "../src/index.ts";
import type { RedisServer } from "../src/index.ts";
import { isAlive } from "../src/process/is-alive.ts";

const oneTry = {
  retryStrategy: () => null,
  lazyConnect: true,
  enableReadyCheck: false,
  // No command of its own, which would fail before ours.
  disableClientInfo: true,
  protocol: 2,
} as const;

async function withClient<R>(
  url: string,
  use: (client: Redis) => Promise<R>,
  options: Pick<RedisOptions, "commandTimeout" | "username" | "password" | "tls"> = {},
): Promise<R> {
  const client = new Redis(url, { ...oneTry, ...options });
  // A failure to connect also rejects the call that wanted it.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    if (client.status !== "end") client.disconnect();
  }
}

const put = ({ url }: RedisServer): Promise<string> => withClient(url, (c) => c.set("key", "kept"));
const find = ({ url }: RedisServer): Promise<string | null> => withClient(url, (c) => c.get("key"));

serverSuite(["redis"], describe)("Redis", () => {
  test("restarts on the same port with what it had, or empty", async () => {
    await using server = await startRedis();
    const { pid, port } = server;
    await put(server);
    await server.restart({ keepData: true });
    expect(await find(server)).toBe("kept");
    expect(server.pid).not.toBe(pid);
    expect(server.port).toBe(port);
    await server.restart({ keepData: false });
    expect(await find(server)).toBeNull();
  });

  test("after SIGKILL it has what an append-only file kept, and says so where there was none", async () => {
    await using durable = await startRedis({ config: { appendonly: "yes" } });
    await put(durable);
    await durable.kill();
    await expect(find(durable)).rejects.toThrow(/closed|ECONNREFUSED/);
    await durable.restart({ keepData: true });
    expect(await find(durable)).toBe("kept");

    await using plain = await startRedis();
    await plain.kill();
    await expect(plain.restart({ keepData: true })).rejects.toThrow("appendonly");
    await plain.restart({ keepData: false });
    expect(await find(plain)).toBeNull();
  });

  test("paused it answers nothing, resumed it does what was asked meanwhile", async () => {
    await using server = await startRedis();
    await withClient(server.url, async (client) => {
      server.pause();
      let answered = false;
      const waiting = client.set("key", "late").finally(() => (answered = true));
      const impatient = withClient(server.url, (c) => c.get("key"), { commandTimeout: 300 });
      await expect(impatient).rejects.toThrow("timed out");
      expect(answered).toBe(false);
      server.resume();
      expect(await waiting).toBe("OK");
    });
  });

  test("a paused one can be stopped, and stopping leaves neither process nor data", async () => {
    const server = await startRedis();
    server.pause();
    await server.stop();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    await expect(server.restart({ keepData: true })).rejects.toThrow("stopped");
  });

  test("knows its users only", async () => {
    const users = ["default off", "reader on >secret ~cog:* +get"];
    await using server = await startRedis({ users });
    await expect(find(server)).rejects.toThrow("NOAUTH");
    const login = { username: "reader", password: "secret" };
    await withClient(
      server.url,
      async (client) => {
        expect(await client.get("cog:key")).toBeNull();
        await expect(client.get("other")).rejects.toThrow("NOPERM");
        await expect(client.set("cog:key", "x")).rejects.toThrow("NOPERM");
      },
      login,
    );
  });

  test("takes lines of redis.conf, and has the password in its address", async () => {
    const config = { maxmemory: "10mb", requirepass: "p@ss" };
    await using server = await startRedis({ config });
    expect(server.password).toBe("p@ss");
    const limit = await withClient(server.url, (client) => client.config("GET", "maxmemory"));
    expect(limit).toEqual(["maxmemory", "10485760"]);
  });

  test("what it printed is in the error when it does not start", async () => {
    await expect(startRedis({ config: { "no-such-line": "1" } })).rejects.toThrow("no-such-line");
  });
});

serverSuite(["redis-tls"], describe)("Redis with TLS", () => {
  test("is trusted by its own authority only, and takes nothing in the clear", async () => {
    await using server = await startRedis({ tls: true });
    const ping = (ca?: string): Promise<string> =>
      withClient(server.url, (c) => c.ping(), ca === undefined ? {} : { tls: { ca } });
    expect(await ping(server.ca)).toBe("PONG");
    await expect(ping()).rejects.toThrow(/certificate|Connection is closed/);
    const clear = server.url.replace("rediss:", "redis:");
    await expect(withClient(clear, (c) => c.ping())).rejects.toThrow(/closed|ECONNRESET/);
    await server.restart({ keepData: true });
    expect(await ping(server.ca)).toBe("PONG");
  });
});

serverSuite(["valkey"], describe)("Valkey", () => {
  test("does what Redis does", async () => {
    await using server = await startRedis({ flavour: "valkey" });
    await put(server);
    await server.restart({ keepData: true });
    expect(await find(server)).toBe("kept");
    const info = await withClient(server.url, (client) => client.info("server"));
    expect(info).toContain("valkey");
  });
});
