import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Found, NodeSpec, Request } from "./node-process.ts";

type Answer = Readonly<{ id: number; found?: Found; error?: string }>;
type Waiting = PromiseWithResolvers<Found>;

/** A node in a process of its own, on tiers that others may share. */
export class ChildNode implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message) => {
      // Only the node process sends, and only this.
      const { id, found, error } = message as Answer;
      if (error === undefined) this.#waiting.get(id)?.resolve(found);
      else this.#waiting.get(id)?.reject(new Error(error));
      this.#waiting.delete(id);
    });
    child.on("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("The process ended"));
    });
  }

  /** Resolves when the node is open. */
  static async start(spec: NodeSpec): Promise<ChildNode> {
    const script = fileURLToPath(new URL("node-process.ts", import.meta.url));
    const child = fork(script, [JSON.stringify(spec)], {
      execArgv: ["--conditions=@cogniverse/source"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const node = new ChildNode(child);
    await node.#answerTo(0);
    return node;
  }

  ask(request: Request): Promise<Found> {
    const id = ++this.#asked;
    const answer = this.#answerTo(id);
    this.#child.send({ id, request });
    return answer;
  }

  /** Sends without waiting, for a process that is to be killed in the middle of it. */
  tell(request: Request): void {
    this.ask(request).catch(() => undefined);
  }

  /** SIGSTOP: its clocks run on and it does nothing. */
  pause(): void {
    this.#child.kill("SIGSTOP");
  }

  /** SIGCONT. What was sent meanwhile is waiting for it. */
  wake(): void {
    this.#child.kill("SIGCONT");
  }

  /** kill -9. Resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  #answerTo(id: number): Promise<Found> {
    const waiting = Promise.withResolvers<Found>();
    this.#waiting.set(id, waiting);
    return waiting.promise;
  }
}
