import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { modelsFromEnvironment } from "../../src/models/models-from-environment.ts";

test("without a word in the environment the embedded models are taken", async () => {
  await using models = modelsFromEnvironment({});
  expect([models.text.identity.id, models.speech]).toEqual([
    "universal-sentence-encoder-lite",
    undefined,
  ]);
});

test("a server that the environment names takes the place of the text model", async () => {
  const answer = JSON.stringify({ data: [{ index: 0, embedding: [3, 4] }] });
  const server = createServer((_, response) =>
    response.setHeader("content-type", "application/json").end(answer),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  const env = {
    COGNIVERSE_EMBEDDINGS_URL: `http://127.0.0.1:${port}`,
    COGNIVERSE_EMBEDDINGS_MODEL: "e5",
    COGNIVERSE_EMBEDDINGS_DIMENSIONS: "2",
    COGNIVERSE_EMBEDDINGS_REVISION: "7",
  };
  try {
    await using models = modelsFromEnvironment(env);
    expect(models.text.identity).toEqual({ id: "e5", revision: "7" });
    expect(await models.text.embedTexts?.(["x"])).toEqual([Float32Array.of(0.6, 0.8)]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.each([
  [{ COGNIVERSE_EMBEDDINGS_URL: "http://localhost:1" }, "COGNIVERSE_EMBEDDINGS_MODEL"],
  [
    { COGNIVERSE_EMBEDDINGS_URL: "http://localhost:1", COGNIVERSE_EMBEDDINGS_MODEL: "m" },
    "DIMENSIONS",
  ],
  [
    { COGNIVERSE_TRANSCRIPTION_URL: "nowhere", COGNIVERSE_TRANSCRIPTION_MODEL: "m" },
    "COGNIVERSE_TRANSCRIPTION_URL",
  ],
])("a server named by half is refused: %j", (env, named) => {
  expect(() => modelsFromEnvironment(env)).toThrow(named);
});
