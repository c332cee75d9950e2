import { Worker } from "node:worker_threads";
import { ModelError } from "../model-error.ts";
import type { WorkerAnswer, WorkerRequest, WorkerResult } from "./worker-protocol.ts";

/** A request before it has its number. */
export type WorkerTask =
  | Omit<Extract<WorkerRequest, { kind: "see" }>, "id">
  | Omit<Extract<WorkerRequest, { kind: "read" }>, "id">;

type Waiting = PromiseWithResolvers<WorkerResult>;

/**
 * One thread for the models. It starts at the first task, keeps the process alive only while a task
 * runs, and is started anew after a crash.
 */
export class WorkerClient implements AsyncDisposable {
  readonly #entry: URL;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;
  #closed = false;

  /** @param entry the worker's module; tests give another. */
  constructor(entry: URL = DEFAULT_ENTRY) {
    this.#entry = entry;
  }

  /** Rejects with `ModelError` `worker` or `closed`. The task's bytes move to the thread. */
  async run(task: WorkerTask): Promise<WorkerResult> {
    if (this.#closed) throw new ModelError("closed", "the embedded models are closed");
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<WorkerResult>();
    this.#waiting.set(id, waiting);
    worker.ref();
    worker.postMessage({ ...task, id }, task.kind === "see" ? [task.rgb.buffer] : []);
    return waiting.promise;
  }

  /** Ends the thread; tasks still running reject with `closed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = undefined;
    this.#failAll(new ModelError("closed", "the embedded models were closed"));
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#entry);
    worker.on("message", (answer: WorkerAnswer) => {
      this.#settle(worker, answer);
    });
    worker.on("error", (cause: unknown) => {
      this.#lose(worker, new ModelError("worker", "the embedded model crashed", { cause }));
    });
    worker.on("exit", (code: number) => {
      this.#lose(worker, new ModelError("worker", `the embedded model stopped with code ${code}`));
    });
    return worker;
  }

  #settle(worker: Worker, answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) worker.unref();
    if ("result" in answer) waiting?.resolve(answer.result);
    else waiting?.reject(new ModelError("worker", `the embedded model failed: ${answer.problem}`));
  }

  #lose(worker: Worker, error: ModelError): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#failAll(error);
  }

  #failAll(error: ModelError): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

// Compiled, the worker is JavaScript; from the sources Node strips its types.
const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js";
const DEFAULT_ENTRY = new URL(`./model-worker.${EXTENSION}`, import.meta.url);
