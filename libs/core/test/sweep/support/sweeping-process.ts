import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { SweepProgress, SweepReport } from "@cogniverse/core";
import type { SweepingSpec } from "./sweeping.child.ts";

type Message = Readonly<{ progress?: SweepProgress; report?: SweepReport }>;

/** A process that sweeps and ends. */
export class SweepingProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  readonly told: SweepProgress[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Of the whole sweep. */
  readonly report: Promise<SweepReport>;

  constructor(spec: SweepingSpec) {
    const script = fileURLToPath(new URL("sweeping.child.ts", import.meta.url));
    this.#child = fork(script, [JSON.stringify(spec)], {
      execArgv: ["--conditions=@cogniverse/source"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#gone = once(this.#child, "exit");
    const { promise, resolve, reject } = Promise.withResolvers<SweepReport>();
    this.report = promise;
    // Who kills it does not ask for the report.
    promise.catch(() => undefined);
    void this.#gone.then(() => reject(new Error("The process ended")));
    this.#child.on("message", (message) => {
      // Only the script beside this one sends, and only this.
      const { progress, report } = message as Message;
      if (report !== undefined) resolve(report);
      if (progress === undefined) return;
      this.told.push(progress);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** Resolves once it has told of something like this. */
  async until(isIt: (progress: SweepProgress) => boolean): Promise<void> {
    while (!this.told.some(isIt))
      await Promise.race([
        new Promise<void>((resolve) => void this.#waiting.push(resolve)),
        this.#gone.then(() => {
          throw new Error("The process ended");
        }),
      ]);
  }

  /** kill -9. Resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      this.#child.kill("SIGKILL");
    await this.#gone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
