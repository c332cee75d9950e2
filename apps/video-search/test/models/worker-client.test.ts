import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { EmbeddedModels } from "../../src/models/embedded/embedded-models.ts";
import { WorkerClient } from "../../src/models/embedded/worker-client.ts";

const FAILING = new URL("../support/failing-worker.mjs", import.meta.url);

test.each([
  ["crash", "the embedded model crashed"],
  ["stop", "the embedded model stopped with code 3"],
  ["fail", "the embedded model failed: bad weights"],
])("a thread that does %s is a ModelError, and the next task works", async (text, message) => {
  await using worker = new WorkerClient(FAILING);
  await expect(worker.run({ kind: "read", text })).rejects.toMatchObject({
    name: "ModelError",
    code: "worker",
    message,
  });
  expect(await worker.run({ kind: "read", text: "work" })).toMatchObject({ kind: "read" });
});

test("a crash fails every task that waits", async () => {
  await using worker = new WorkerClient(FAILING);
  const tasks = ["wait", "wait", "crash"].map(async (text) => worker.run({ kind: "read", text }));
  const outcomes = await Promise.allSettled(tasks);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "rejected", "rejected"]);
});

test("closing fails what waits and what comes after", async () => {
  const worker = new WorkerClient(FAILING);
  const waiting = worker.run({ kind: "read", text: "wait" });
  const closing = worker[Symbol.asyncDispose]();
  await expect(waiting).rejects.toMatchObject({ code: "closed" });
  await closing;
  await expect(worker.run({ kind: "read", text: "work" })).rejects.toMatchObject({
    code: "closed",
  });
});

test("an aborted caller leaves at once; the thread goes on for the others", async () => {
  await using models = new EmbeddedModels(new WorkerClient(FAILING));
  const controller = new AbortController();
  const reason = new Error("enough");
  const waiting = models.text.embedTexts(["wait"], { signal: controller.signal });
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(await models.text.embedTexts(["work"])).toHaveLength(1);
});

test("a process that used the models and did not close them ends by itself", async () => {
  const script = fileURLToPath(new URL("../support/idle-models.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
  expect(stdout).toBe("512");
});
