import type { Server } from "./server.ts";

/** Servers that work together. */
export class ServerGroup implements AsyncDisposable {
  readonly #servers: readonly Server[];

  constructor(servers: readonly Server[]) {
    this.#servers = servers;
  }

  /** Starts several at a time; where one fails, the others are stopped. */
  static async startAll<T extends Server>(starts: readonly (() => Promise<T>)[]): Promise<T[]> {
    const results = await Promise.allSettled(starts.map((start) => start()));
    const started = results.flatMap((result) =>
      result.status === "fulfilled" ? [result.value] : [],
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed === undefined) return started;
    await Promise.all(started.map((server) => server.stop()));
    throw failed.reason;
  }

  /** Stops all where the next step of the start fails. */
  async orStop<T>(next: () => Promise<T>): Promise<T> {
    try {
      return await next();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends all politely and removes their data. */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
  }

  /** The same as `stop`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
