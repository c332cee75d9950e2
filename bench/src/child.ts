import { fork, type ChildProcess, type Serializable } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A process that runs one script of the bench. It says something when it is ready, answers what it is sent, and ends when it is let go. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(script: URL, args: readonly string[] = []) {
    this.#process = fork(fileURLToPath(script), args);
    this.#ended = once(this.#process, "exit").then(() => undefined);
  }

  /** What it says next. Rejects where it ends instead. */
  async said(): Promise<unknown> {
    const said = once(this.#process, "message");
    const ended = this.#ended.then(() => {
      throw new Error(`${this.#process.spawnargs.at(1) ?? "a process"} has ended too early`);
    });
    const [message] = await Promise.race([said, ended]);
    return message;
  }

  ask(question: Serializable): Promise<unknown> {
    const answer = this.said();
    this.#process.send(question);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    await this.#ended;
  }
}
