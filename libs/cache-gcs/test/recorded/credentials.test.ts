// What fake-gcs-server does not do, or does otherwise, is shown by what is sent to a scripted server in its place.
import { expect, test } from "@jest/globals";
import { Storage } from "@google-cloud/storage";
import { gcsBackend } from "../../src/index.ts";
import { testContext } from "../support/context.ts";
import { scripted } from "../support/scripted-client.ts";
import { jsonError } from "../support/scripted-gcs.ts";

test("tokens of the client library go with each request, and in no error", async () => {
  const { server, bench } = await scripted(({ path }) =>
    path.startsWith("/storage/v1")
      ? { status: 200, body: "{}" }
      : jsonError(401, "authError", "no"),
  );
  const storage = new Storage({
    apiEndpoint: server.place.endpoint,
    useAuthWithCustomEndpoint: true,
  });
  storage.authClient.getRequestHeaders = async () =>
    new Headers({ authorization: "Bearer marked-secret" });
  const options = { bucket: bench.name, manage_bucket: false };
  const refused: unknown = await gcsBackend(options, testContext(), storage).catch(
    (e: unknown) => e,
  );
  expect(server.request().headers.authorization).toBe("Bearer marked-secret");
  expect(refused).toMatchObject({ code: "auth" });
  expect(String(refused)).not.toContain("marked-secret");
});

test("credentials that cannot be had are `auth`, without what they were", async () => {
  const { server, bench } = await scripted(() => ({ status: 200, body: "{}" }));
  const key = { client_email: "sa@p.iam.gserviceaccount.com", private_key: "marked-secret" };
  const options = { ...bench.options(), credentials: key, max_retries: 0 };
  const refused = gcsBackend(options, testContext());
  await expect(refused).rejects.toMatchObject({ code: "auth" });
  await expect(refused).rejects.not.toThrow(/marked-secret/);
  expect(server.requests).toHaveLength(0);
});
