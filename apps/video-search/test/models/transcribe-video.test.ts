import { copyFile, writeFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { HttpTranscriptionModel } from "../../src/models/http/http-transcription-model.ts";
import { transcribeVideo } from "../../src/models/transcribe-video.ts";
import { SAMPLE } from "../support/sample.ts";
import { json, ScriptedServer, status } from "../support/scripted-server.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

test("a sidecar is read and nobody is asked", async () => {
  await using server = await ScriptedServer.start(status(500));
  const speech = new HttpTranscriptionModel({ baseUrl: server.url, model: "w" });
  expect((await transcribeVideo(SAMPLE, { speech })).source).toBe("sidecar");
  expect(server.requests).toEqual([]);
});

test("a film that says nothing has an empty transcript of source none", async () => {
  await using folder = await TemporaryFolder.create();
  const film = folder.at("film.mp4");
  await copyFile(SAMPLE, film);
  expect(await transcribeVideo(film)).toEqual({ source: "none", language: "und", segments: [] });
  await writeFile(folder.at("film.srt"), "1\n00:00:01,000 --> 00:00:02,000\nNow\n");
  expect((await transcribeVideo(film)).segments).toHaveLength(1);
});

test("the speech model gets the sound as WAV and its segments come back in film time", async () => {
  await using folder = await TemporaryFolder.create();
  const film = folder.at("film.mp4");
  await copyFile(SAMPLE, film);
  const segments = [
    { start: 0.5, end: 1.25, text: " One two. " },
    { start: 2, end: 3, text: "  " },
  ];
  await using server = await ScriptedServer.start(json({ language: "en", segments }));
  const speech = new HttpTranscriptionModel({ baseUrl: server.url, model: "w", language: "en" });
  expect(await transcribeVideo(film, { speech })).toEqual({
    source: "speech",
    language: "en",
    segments: [{ startMs: 500, endMs: 1_250, text: "One two." }],
  });
  const [request] = server.requests;
  expect(request?.url).toBe("/v1/audio/transcriptions");
  expect(request?.headers["content-type"]).toMatch(/^multipart\/form-data/);
  const form = String(request?.body.toString("latin1"));
  expect(form).toContain('name="model"\r\n\r\nw');
  expect(form).toContain('name="response_format"\r\n\r\nverbose_json');
  expect(form).toContain("RIFF");
  // 5.3 s of 16-bit mono at 16 kHz.
  expect(request?.body.length).toBeGreaterThan(160_000);
});

const SOUND = { startMs: 30_000, samples: new Float32Array(16_000), sampleRateHz: 16_000 };

test("a server without segments gives one as long as the sound", async () => {
  await using server = await ScriptedServer.start(json({ text: "All of it." }));
  const speech = new HttpTranscriptionModel({ baseUrl: server.url, model: "w" });
  expect(await speech.transcribe(SOUND)).toEqual({
    language: "und",
    segments: [{ startMs: 30_000, endMs: 31_000, text: "All of it." }],
  });
});

test.each([[{}], [[]], [{ segments: [{ start: "0" }] }]])("%j is garbage", async (answer) => {
  await using server = await ScriptedServer.start(json(answer));
  const speech = new HttpTranscriptionModel({ baseUrl: server.url, model: "w" });
  await expect(speech.transcribe(SOUND)).rejects.toMatchObject({ code: "garbage" });
});
