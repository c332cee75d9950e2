/** To the worker. `id` comes back with the answer; answers may overtake each other. */
export type WorkerRequest = Readonly<
  | { id: number; kind: "see"; rgb: Uint8Array<ArrayBuffer> }
  | { id: number; kind: "read"; text: string }
>;

/** Class indices with their scores, best first. */
export type ScoredClass = Readonly<{ index: number; score: number }>;

/** What the worker computed; `vector` is not normalised. */
export type WorkerResult = Readonly<
  | { kind: "seen"; vector: Float32Array; classes: readonly ScoredClass[] }
  | { kind: "read"; vector: Float32Array }
>;

/** From the worker. */
export type WorkerAnswer = Readonly<
  { id: number; result: WorkerResult } | { id: number; problem: string }
>;
