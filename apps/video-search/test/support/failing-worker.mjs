/* eslint-disable unicorn/require-post-message-target-origin -- a thread, not a window */
import { parentPort } from "node:worker_threads";

// A model thread that dies on "crash", stops on "stop", reports on "fail" and is slow with the rest.
parentPort.on("message", ({ id, text }) => {
  if (text === "crash") throw new Error("out of memory");
  if (text === "stop") process.exit(3);
  if (text === "fail") parentPort.postMessage({ id, problem: "bad weights" });
  if (text === "work") {
    parentPort.postMessage({ id, result: { kind: "read", vector: new Float32Array([1]) } });
  }
});
