import {
  askRedis,
  startProxy,
  startRedis,
  type RedisServer,
  type TcpProxy,
} from "@cogniverse/test-servers";
import { setTimeout as pause } from "node:timers/promises";

/** A Redis and its replica, which follows by a way that can be cut. Whoever takes over takes the address along: the ways to the nodes. */
export class RedisPair implements AsyncDisposable {
  readonly #link: TcpProxy;
  #master: RedisServer;
  #replica: RedisServer;

  private constructor(master: RedisServer, replica: RedisServer, link: TcpProxy) {
    this.#master = master;
    this.#replica = replica;
    this.#link = link;
  }

  static async start(): Promise<RedisPair> {
    const master = await startRedis();
    try {
      const replica = await startRedis();
      const pair = new RedisPair(master, replica, await startProxy(master));
      await pair.#follow();
      return pair;
    } catch (error) {
      await master.stop();
      throw error;
    }
  }

  get master(): RedisServer {
    return this.#master;
  }

  /** The replica lags for so long, the master is killed, and `move` has the replica take its place, without the last records. Then the old one, empty, follows. */
  async failOver(lagMs: number, move: (to: RedisServer) => Promise<void>): Promise<void> {
    const [old, next] = [this.#master, this.#replica];
    await this.#inSync();
    this.#link.cut();
    await pause(lagMs);
    await old.kill();
    await this.#link.reset();
    await askRedis(next, "REPLICAOF", "NO", "ONE");
    [this.#master, this.#replica] = [next, old];
    await move(next);
    await old.restart({ keepData: false });
    this.#link.retarget(next);
    await this.#link.heal();
    await this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#master.stop(), this.#replica.stop(), this.#link.stop()]);
  }

  async #follow(): Promise<void> {
    await askRedis(this.#replica, "REPLICAOF", this.#link.host, String(this.#link.port));
    await this.#inSync();
  }

  /** After a restart of the master the replica comes back by itself. */
  async #inSync(): Promise<void> {
    while (
      !(await askRedis(this.#replica, "INFO", "replication")).includes("master_link_status:up")
    )
      await pause(20);
  }
}
