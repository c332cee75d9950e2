import { expect, test } from "@jest/globals";
import { HttpEmbeddingModel } from "../../src/models/http/http-embedding-model.ts";
import type { HttpEmbeddingOptions } from "../../src/models/http/http-embedding-model.ts";
import { parseRetryAfter } from "../../src/models/http/http-failure.ts";
import { json, ScriptedServer, status } from "../support/scripted-server.ts";
import type { Answer } from "../support/scripted-server.ts";

const GOOD = json({ data: [{ index: 0, embedding: [3, 4] }] });

type Set = Readonly<{
  server: ScriptedServer;
  model: HttpEmbeddingModel;
  pauses: number[];
}> &
  AsyncDisposable;

async function setUp(
  answers: readonly Answer[],
  options: Partial<HttpEmbeddingOptions> = {},
): Promise<Set> {
  const server = await ScriptedServer.start(...answers);
  const pauses: number[] = [];
  const pause = async (pauseMs: number): Promise<void> => {
    pauses.push(pauseMs);
  };
  const base = { baseUrl: server.url, model: "m", dimensions: 2, pause };
  const model = new HttpEmbeddingModel({ ...base, ...options });
  return {
    server,
    model,
    pauses,
    [Symbol.asyncDispose]: async () => server[Symbol.asyncDispose](),
  };
}

test("sends OpenAI's request and gives vectors of length 1 in the order of the texts", async () => {
  const shuffled = json({
    data: [
      { index: 1, embedding: [0, 2] },
      { index: 0, embedding: [3, 4] },
    ],
  });
  await using set = await setUp([shuffled], { apiKey: "secret", revision: "7" });
  const vectors = await set.model.embedTexts(["a", "b"]);
  expect(vectors).toEqual([Float32Array.from([0.6, 0.8]), Float32Array.from([0, 1])]);
  const [request] = set.server.requests;
  expect(request?.url).toBe("/v1/embeddings");
  expect(request?.headers.authorization).toBe("Bearer secret");
  expect(JSON.parse(String(request?.body))).toEqual({
    model: "m",
    input: ["a", "b"],
    encoding_format: "float",
  });
  expect(set.model.identity).toEqual({ id: "m", revision: "7" });
});

test("splits many texts into batches", async () => {
  await using set = await setUp([GOOD], { batch: 1 });
  expect(await set.model.embedTexts(["a", "b", "c"])).toHaveLength(3);
  expect(set.server.requests).toHaveLength(3);
  expect(await set.model.embedTexts([])).toEqual([]);
});

test("takes pictures only where it was told how to send them", async () => {
  await using without = await setUp([GOOD]);
  expect(without.model.embedImages).toBeUndefined();
  await using set = await setUp([GOOD], { images: "data-url" });
  await set.model.embedImages?.([Uint8Array.from([1, 2, 3])]);
  const [request] = set.server.requests;
  expect(JSON.parse(String(request?.body)).input).toEqual(["data:image/jpeg;base64,AQID"]);
});

test("waits as long as a throttling server asks, then succeeds", async () => {
  await using set = await setUp([status(429, { "retry-after": "7" }), GOOD]);
  expect(await set.model.embedTexts(["a"])).toHaveLength(1);
  expect(set.pauses).toEqual([7_000]);
});

test("does not wait an hour: the caller hears of it", async () => {
  await using set = await setUp([status(429, { "retry-after": "3600" })]);
  await expect(set.model.embedTexts(["a"])).rejects.toMatchObject({
    code: "throttled",
    status: 429,
    retryable: true,
    retryAfterMs: 3_600_000,
  });
  expect(set.pauses).toEqual([]);
});

test.each([
  [500, "unavailable", 3],
  [503, "unavailable", 3],
  [401, "rejected", 1],
  [422, "rejected", 1],
])("status %i is %s after %i attempts", async (code, expected, attempts) => {
  await using set = await setUp([status(code)], { apiKey: "secret" });
  const failure = set.model.embedTexts(["a"]);
  await expect(failure).rejects.toMatchObject({ code: expected, status: code });
  await expect(failure).rejects.toThrow("the server's own words");
  await expect(failure).rejects.not.toThrow("secret");
  expect(set.server.requests).toHaveLength(attempts);
});

test.each<readonly [string, Answer]>([
  ["no JSON", (_, response) => void response.end("<html>")],
  ["no data", json({ error: null })],
  ["too few embeddings", json({ data: [] })],
  ["another length", json({ data: [{ index: 0, embedding: [1] }] })],
  ["words for numbers", json({ data: [{ index: 0, embedding: ["1", 2] }] })],
  ["a wrong index", json({ data: [{ index: 5, embedding: [1, 2] }] })],
])("%s is garbage, asked for once", async (_, answer) => {
  await using set = await setUp([answer]);
  await expect(set.model.embedTexts(["a"])).rejects.toMatchObject({
    name: "ModelError",
    code: "garbage",
    retryable: false,
  });
  expect(set.server.requests).toHaveLength(1);
});

test("a server that never answers is a timeout", async () => {
  await using set = await setUp([() => {}], { timeoutMs: 50, attempts: 1 });
  await expect(set.model.embedTexts(["a"])).rejects.toMatchObject({ code: "timeout" });
});

test("a body that never ends is a timeout too", async () => {
  const half: Answer = (_, response) => void response.write('{"data":');
  await using set = await setUp([half], { timeoutMs: 50, attempts: 1 });
  await expect(set.model.embedTexts(["a"])).rejects.toMatchObject({ code: "timeout" });
});

test("a dropped connection is tried again", async () => {
  const drop: Answer = (_, response) => void response.socket?.destroy();
  await using set = await setUp([drop, GOOD]);
  expect(await set.model.embedTexts(["a"])).toHaveLength(1);
  expect(set.pauses).toEqual([500]);
});

test("nobody listening is unreachable", async () => {
  const server = await ScriptedServer.start(GOOD);
  const { url } = server;
  await server[Symbol.asyncDispose]();
  const model = new HttpEmbeddingModel({ baseUrl: url, model: "m", dimensions: 2, attempts: 1 });
  await expect(model.embedTexts(["a"])).rejects.toMatchObject({ code: "unreachable" });
});

test("an abort gives the signal's reason and no second attempt", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  await using set = await setUp([() => controller.abort(reason)]);
  await expect(set.model.embedTexts(["a"], { signal: controller.signal })).rejects.toBe(reason);
  expect(set.server.requests).toHaveLength(1);
});

test.each([
  ["12", 12_000],
  ["Sun, 06 Nov 1994 08:49:37 GMT", 37_000],
  ["soon", undefined],
])("Retry-After: %s", (header, expected) => {
  expect(parseRetryAfter(header, Date.UTC(1994, 10, 6, 8, 49, 0))).toBe(expected);
  expect(parseRetryAfter(null, 0)).toBeUndefined();
});
