import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** The app as a process of its own, with its real models. */
export class AppProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  readonly #out: Promise<string>;
  #err = "";

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const all = ["--conditions=@cogniverse/source", MAIN, ...args];
    this.#child = spawn(process.execPath, all, { env: { ...process.env, ...env } });
    this.#exited = once(this.#child, "exit");
    if (this.#child.stdout === null || this.#child.stderr === null) throw new Error("no pipes");
    this.#out = text(this.#child.stdout);
    this.#child.stderr.setEncoding("utf8").on("data", (chunk: string) => (this.#err += chunk));
  }

  /** Resolves when standard error has held the words. */
  async says(words: string): Promise<void> {
    while (!this.#err.includes(words)) {
      if (this.#child.stderr === null) throw new Error("no pipe");
      await once(this.#child.stderr, "data");
    }
  }

  interrupt(signal: "SIGINT" | "SIGTERM"): void {
    this.#child.kill(signal);
  }

  async end(): Promise<Readonly<{ code: unknown; out: string; err: string }>> {
    const [code] = await this.#exited;
    return { code, out: await this.#out, err: this.#err };
  }
}
