import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FromSoakNode, SoakDone, SoakSpec, SoakWrite, ToSoakNode } from "./soak-words.ts";

const SCRIPT = fileURLToPath(new URL("soak-node.child.ts", import.meta.url));

/** Who keeps the sources, and the history. */
export interface SoakListener {
  /** A write begins; answers with the version that its source has by it. */
  writes(node: SoakNode, id: number, write: SoakWrite): number;
  /** Answers with the version of a source. */
  versionOf(entry: Readonly<{ tenant: string; key: string }>): number;
  /** Calls that are over. Those that are not began at `openSince` or later. */
  called(node: SoakNode, calls: readonly SoakDone[], openSince: number): void;
  /** It ended and nobody had it end. */
  broke(node: SoakNode, why: string): void;
}

/** A cache in a process of its own that is called on and on. */
export class SoakNode {
  readonly index: number;
  /** The oldest call that is under way. */
  open = "";
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  readonly #ready = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();
  #mayEnd: "never" | "in order" | "anyhow" = "never";
  #printed = "";

  constructor(index: number, spec: SoakSpec, listener: SoakListener) {
    this.index = index;
    this.#child = fork(SCRIPT, [JSON.stringify(spec)], {
      execArgv: process.execArgv,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#gone = Promise.all([once(this.#child, "exit"), once(this.#child, "disconnect")]);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (text) => (this.#printed += String(text)));
    // Only the script beside this one sends, and only this.
    this.#child.on("message", (message) => this.#hear(message as FromSoakNode, listener));
    this.#child.on("exit", (code, signal) => {
      this.#stopped.resolve();
      this.#ready.resolve();
      const expected = this.#mayEnd === "anyhow" || (this.#mayEnd === "in order" && code === 0);
      if (!expected) listener.broke(this, `ended with ${code ?? signal}:\n${this.#printed}`);
    });
  }

  /** Fulfils when its cache is open, or it has ended. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  /** SIGKILL. Fulfils once nothing more will be heard of it. */
  async kill(): Promise<void> {
    this.#mayEnd = "anyhow";
    this.#child.kill("SIGKILL");
    await this.#gone;
  }

  /** Has it begin no further call. Fulfils when those under way are over and told. */
  async stop(): Promise<void> {
    this.#mayEnd = "in order";
    this.#send({ stop: true });
    await this.#stopped.promise;
  }

  /** After `stop`: until its cache is closed and the process has ended by itself. */
  async ended(): Promise<void> {
    await this.#gone;
  }

  #hear(said: FromSoakNode, listener: SoakListener): void {
    if ("ready" in said) this.#ready.resolve();
    else if ("stopped" in said) this.#stopped.resolve();
    else if ("calls" in said) {
      this.open = said.open;
      listener.called(this, said.calls, said.openSince);
    } else {
      const { ask } = said;
      const version =
        "write" in said ? listener.writes(this, ask, said.write) : listener.versionOf(said.source);
      this.#send({ answer: ask, version });
    }
  }

  #send(said: ToSoakNode): void {
    if (this.#child.connected) this.#child.send(said, () => undefined);
  }
}
