import { gzipSync } from "node:zlib";

import { expect, test } from "@jest/globals";

import { startRecorder } from "../src/recorder.ts";

test("keeps what was sent, unpacked, and answers as it is told", async () => {
  await using recorder = await startRecorder(503);
  const first = recorder.next();
  const headers = { "content-encoding": "gzip", "x-scope": "a" };
  const body = gzipSync(Buffer.of(0, 255, 97));
  const refused = await fetch(`${recorder.url}/one`, { method: "POST", headers, body });
  expect([refused.status, await refused.json()]).toEqual([503, {}]);
  expect(await first).toMatchObject({ method: "POST", path: "/one", text: "\0ÿa", headers });
  recorder.answers = 200;
  expect((await fetch(`${recorder.url}/two`)).status).toBe(200);
  expect(recorder.sent.map(({ path }) => path)).toEqual(["/one", "/two"]);
});

test("finds a request by its path, before and after it comes, also one that is left open", async () => {
  const recorder = await startRecorder(false);
  const later = recorder.first("/later");
  const open = ["/early", "/later"].map((path) => fetch(`${recorder.url}${path}`));
  const ended = Promise.allSettled(open);
  expect((await later).path).toBe("/later");
  expect((await recorder.first("/early")).body).toHaveLength(0);
  await recorder[Symbol.asyncDispose]();
  expect((await ended).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
