import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Recorder, type Sent, startRecorder } from "@cogniverse/test-servers";
import { expect, test } from "@jest/globals";
import { HitAnnotations } from "../../src/node/annotations/hit-annotations.ts";
import { recordingLogger } from "../metrics/node-metrics.ts";

/** Longer than any test: what is sent is sent for another reason than time. */
const NEVER_MS = 3_600_000;

function opened(receiver: Recorder, batching: ConstructorParameters<typeof HitAnnotations>[2]) {
  const logger = recordingLogger();
  const url = `${receiver.url}/v1/span_annotations`;
  const headers = { authorization: "Bearer s3cret" };
  const hits = new HitAnnotations({ url, headers, timeoutMs: 60_000 }, logger, batching);
  return { hits, logger };
}

function spanIds({ text }: Sent): readonly string[] {
  // Only this test's own annotations come here.
  const { data } = JSON.parse(text) as { data: readonly { span_id: string }[] };
  return data.map((one) => one.span_id);
}

function annotateAll(hits: HitAnnotations, count: number): void {
  for (let index = 0; index < count; index++) hits.annotate(`span-${index}`, "hot");
}

test("a scripted HTTP server gets batches no larger than asked, with the API key, in order", async () => {
  await using receiver = await startRecorder();
  const { hits } = opened(receiver, { maxSize: 100, delayMs: NEVER_MS });
  annotateAll(hits, 250);
  await hits.flush(60_000);
  expect(receiver.sent.map((one) => spanIds(one).length)).toEqual([100, 100, 50]);
  expect(receiver.sent.flatMap(spanIds)[249]).toBe("span-249");
  expect(receiver.sent[0]).toMatchObject({
    method: "POST",
    path: "/v1/span_annotations",
    headers: { authorization: "Bearer s3cret", "content-type": "application/json" },
  });
  expect(hits.stats).toEqual({ sent: 250, dropped: 0, failures: 0, queue: 0 });
});

test("fewer than a batch are sent to a scripted HTTP server after a while, without being asked to", async () => {
  await using receiver = await startRecorder();
  const { hits } = opened(receiver, { delayMs: 5 });
  const first = receiver.next();
  hits.annotate("span", "miss");
  expect(spanIds(await first)).toEqual(["span"]);
});

test("while a scripted server is down the queue is bounded, what is beyond is counted, and then all goes out", async () => {
  await using receiver = await startRecorder();
  const { hits, logger } = opened(receiver, { maxQueue: 10, maxSize: 4, delayMs: NEVER_MS });
  receiver.answers = 503;
  annotateAll(hits, 25);
  await hits.flush(60_000);
  await hits.flush(60_000);
  expect(hits.stats).toMatchObject({ sent: 0, dropped: 15, queue: 10 });
  const { failures } = hits.stats;
  expect(failures).toBeGreaterThanOrEqual(2);
  receiver.answers = 200;
  await hits.flush(60_000);
  expect(hits.stats).toEqual({ sent: 10, dropped: 15, failures, queue: 0 });
  expect(logger.lines.map(({ message }) => message)).toEqual([
    "export of annotations fails; reads go on without it",
    "export of annotations works again",
  ]);
  expect(JSON.stringify(logger.lines)).not.toContain("s3cret");
});

test("a kept connection that a scripted server has closed is no failure; a server that closes every one is", async () => {
  let closes = 1;
  const server = createServer((request, response) => {
    request.resume();
    if (closes-- > 0) request.socket.destroy();
    else response.writeHead(200).end("{}");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A server that listens on TCP has this form of address.
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const logger = recordingLogger();
  const hits = new HitAnnotations({ url, headers: {}, timeoutMs: 60_000 }, logger);
  annotateAll(hits, 1);
  await hits.flush(60_000);
  expect([hits.stats, logger.lines]).toMatchObject([{ sent: 1, failures: 0 }, []]);
  closes = 1000;
  annotateAll(hits, 1);
  await hits.flush(60_000);
  expect(hits.stats).toMatchObject({ sent: 1, failures: 1, queue: 1 });
  await hits.shutdown(0);
  server.closeAllConnections();
  server.close();
});

test("what a scripted server refuses for good is given up and counted", async () => {
  await using receiver = await startRecorder();
  const { hits, logger } = opened(receiver, { maxSize: 5, delayMs: NEVER_MS });
  receiver.answers = 401;
  annotateAll(hits, 7);
  await hits.flush(60_000);
  expect(logger.lines[0]?.fields).toEqual({
    endpoint: `${receiver.url}/v1/span_annotations`,
    reason: "status 401: set telemetry.api_key",
  });
  expect(hits.stats).toEqual({ sent: 0, dropped: 7, failures: 2, queue: 0 });
});

test("a scripted server that never answers holds up neither flush nor shutdown, and nothing is sent afterwards", async () => {
  await using receiver = await startRecorder();
  const { hits, logger } = opened(receiver, { maxSize: 5, delayMs: NEVER_MS });
  receiver.answers = false;
  const first = receiver.next();
  annotateAll(hits, 7);
  await first;
  await hits.flush(20);
  await hits.shutdown(20);
  await hits.shutdown(20);
  hits.annotate("late", "hot");
  await hits.flush(20);
  expect(hits.stats).toEqual({ sent: 0, dropped: 8, failures: 0, queue: 0 });
  expect(receiver.sent).toHaveLength(1);
  expect(logger.lines).toEqual([]);
});
