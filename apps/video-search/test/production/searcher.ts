import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Ingested, News, Order } from "./searcher-messages.ts";

const CHILD = fileURLToPath(new URL("./searcher.child.ts", import.meta.url));

type Listener = (news: News) => void;

/** A process that ingests one film and searches it without a pause until it is stopped. */
export class Searcher {
  /** Answers that were not right, and searches that failed. */
  readonly wrong: string[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  readonly #err: Promise<string>;
  readonly #listeners = new Set<Listener>();

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = fork(CHILD, args, {
      execArgv: ["--conditions=@cogniverse/source"],
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#exited = once(this.#child, "exit");
    if (this.#child.stderr === null) throw new Error("no pipe");
    this.#err = text(this.#child.stderr);
    this.#child.on("message", (news: News) => {
      if (news.kind === "searched" && news.wrong !== undefined) this.wrong.push(news.wrong);
      for (const listen of this.#listeners) listen(news);
    });
  }

  /** The first news from now on that is looked for. Rejects where the process ends before. */
  async hears<N extends News>(isIt: (news: News) => news is N): Promise<N>;
  async hears(isIt: (news: News) => boolean): Promise<News>;
  async hears(isIt: (news: News) => boolean): Promise<News> {
    const heard = Promise.withResolvers<News>();
    const listen: Listener = (news) => {
      if (isIt(news)) heard.resolve(news);
    };
    this.#listeners.add(listen);
    void this.#exited.then(async ([code]) =>
      heard.reject(new Error(`the searcher ended with code ${String(code)}: ${await this.#err}`)),
    );
    try {
      return await heard.promise;
    } finally {
      this.#listeners.delete(listen);
    }
  }

  /** So many more searches. */
  async searches(count: number): Promise<void> {
    let left = count;
    await this.hears(({ kind }) => kind === "searched" && --left <= 0);
  }

  /** A repeated question that was answered from there. */
  async answersFrom(place: string): Promise<void> {
    await this.hears((news) => news.kind === "searched" && news.repeated && news.from === place);
  }

  /** Ingests the film for a tenant. `midway` runs once its first frames are there, while it goes on. */
  async ingest(tenant: string, midway?: () => Promise<void>): Promise<Ingested> {
    const ended = this.hears(
      (news): news is Ingested => news.kind === "ingested" && news.tenant === tenant,
    );
    const begun = this.hears((news) => news.kind === "ingesting" && news.tenant === tenant);
    this.#send({ kind: "ingest", tenant });
    await begun;
    await midway?.();
    return ended;
  }

  /** Ends it; what it wrote on standard error. */
  async stop(): Promise<Readonly<{ code: unknown; err: string }>> {
    this.#send({ kind: "stop" });
    const [code] = await this.#exited;
    return { code, err: await this.#err };
  }

  /** Does nothing where it has ended. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #send(order: Order): void {
    this.#child.send(order);
  }
}
