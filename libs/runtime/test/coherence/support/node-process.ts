import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type {
  Acknowledgement,
  FromNode,
  NodeRequest,
  NodeSpec,
  NodeStand,
  ToNode,
} from "./node-words.ts";

/** How long a node of a test that failed may take to end, in ms. */
const PATIENCE_MS = 5000;
const SCRIPT = fileURLToPath(new URL("node.child.ts", import.meta.url));

/** A cache in a process of its own, made from its configuration. An unhandled rejection ends it, as it would any process. */
export class NodeProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #gone: Promise<unknown>;
  #asked = 0;
  #printed = "";

  /** `source`: the current version of a key's source, asked by each compute. */
  private constructor(child: ChildProcess, source: (key: number) => number) {
    this.#child = child;
    this.#gone = once(child, "exit");
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (text) => (this.#printed += String(text)));
    child.on("message", (message) => {
      // Only the script beside this one sends, and only this.
      const said = message as FromNode;
      if ("source" in said) this.#send({ source: said.source, version: source(said.key) });
      else this.#answered(said);
    });
    child.on("exit", (code, signal) => {
      const error = new Error(`A node ended (${code ?? signal}):\n${this.#printed}`);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** Resolves when the cache is open. */
  static async start(spec: NodeSpec, source: (key: number) => number): Promise<NodeProcess> {
    const child = fork(SCRIPT, [JSON.stringify(spec)], {
      execArgv: ["--conditions=@cogniverse/source"],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const node = new NodeProcess(child, source);
    await node.#answerTo(0);
    return node;
  }

  async read(): Promise<void> {
    await this.#ask({ do: "read" });
  }

  async stop(): Promise<void> {
    await this.#ask({ do: "stop" });
  }

  async invalidate(key: number): Promise<Acknowledgement> {
    // What the script beside this one answers; below too.
    return (await this.#ask({ do: "invalidate", key })) as Acknowledgement;
  }

  async stand(): Promise<NodeStand> {
    return (await this.#ask({ do: "stand" })) as NodeStand;
  }

  /** Has it close its cache and end; resolves with how it ended, and with all that it printed. */
  async end(): Promise<Readonly<{ code: number | null; printed: string }>> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#gone;
    return { code: this.#child.exitCode, printed: this.#printed };
  }

  /** In order where it can, so that no request is left on its way. */
  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    if (this.#child.connected)
      void this.stop().then(
        () => this.end(),
        () => undefined,
      );
    await this.#gone;
    clearTimeout(timer);
  }

  #ask(request: NodeRequest): Promise<unknown> {
    const id = ++this.#asked;
    const answer = this.#answerTo(id);
    this.#send({ id, request });
    return answer;
  }

  #answerTo(id: number): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    return waiting.promise;
  }

  #answered({ id, answer, error }: Extract<FromNode, { id: number }>): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(error));
  }

  #send(said: ToNode): void {
    if (this.#child.connected) this.#child.send(said);
  }
}
