import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type Role = "overwrite" | "write" | "append" | "serve";

/** Starts a worker on a directory; resolves when it has opened the tier. Kills it when disposed. */
export async function startWorker(role: Role, directory: string, seed: number): Promise<Worker> {
  const child = fork(
    fileURLToPath(new URL("worker.child.ts", import.meta.url)),
    [role, directory, String(seed)],
    {
      execArgv: ["--conditions=@cogniverse/source"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    },
  );
  const worker = new Worker(child);
  await worker.reports(1);
  return worker;
}

export class Worker implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #received: unknown[] = [];
  #wake: () => void = () => undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message) => {
      this.#received.push(message);
      this.#wake();
    });
    child.on("exit", () => this.#wake());
  }

  /** All that it has reported, once that is at least `count` messages. */
  async reports(count: number): Promise<readonly unknown[]> {
    while (this.#received.length < count) {
      if (this.#child.exitCode !== null) throw new Error("The worker has ended");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received;
  }

  /** All reports of which `is` says so, in order, that have come. */
  reported<T>(is: (report: unknown) => report is T): readonly T[] {
    return this.#received.filter(is);
  }

  /** Over IPC, which a stopped process reads when it goes on. */
  send(message: object): void {
    this.#child.send(message);
  }

  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  goOn(): void {
    this.#child.kill("SIGCONT");
  }

  /** SIGKILL; resolves when the process is gone and all that it sent has come. */
  async kill(): Promise<readonly unknown[]> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, "close");
      this.#child.kill("SIGKILL");
      await closed;
    }
    return this.#received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
