import { EmbeddedText } from "./embedded-text.ts";
import { EmbeddedVision } from "./embedded-vision.ts";
import { WorkerClient } from "./worker-client.ts";

/**
 * The models inside this app, which need no network: one thread for both, started at the first use.
 * The process can end without closing them; close them to end the thread at once.
 */
export class EmbeddedModels implements AsyncDisposable {
  readonly vision: EmbeddedVision;
  readonly text: EmbeddedText;
  readonly #worker: WorkerClient;

  /** @param worker the thread; tests give one of their own. */
  constructor(worker: WorkerClient = new WorkerClient()) {
    this.#worker = worker;
    this.vision = new EmbeddedVision(worker);
    this.text = new EmbeddedText(worker);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker[Symbol.asyncDispose]();
  }
}
