import { parentPort } from "node:worker_threads";
import { CacheError } from "../src/errors.ts";

const error = new CacheError("throttled", "from a worker", { retryable: true });
const { brand, code, retryable, message } = error;
// Structured cloning keeps no own property of an Error, so a worker posts them.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
parentPort?.postMessage({ brand, code, retryable, message });
