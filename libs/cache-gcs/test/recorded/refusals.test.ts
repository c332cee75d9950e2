// What fake-gcs-server does not do, or does otherwise, is shown by what is sent to a scripted server in its place.
import { expect, test } from "@jest/globals";
import { data, scripted, write, written } from "../support/scripted-client.ts";
import { jsonError } from "../support/scripted-gcs.ts";

test("what may pass is tried again, a few times; a conditional write only where it surely was not done", async () => {
  const { client, server } = await scripted(() => jsonError(503, "backendError", "later"), {
    max_retries: 2,
  });
  await expect(client.write("n", data, write)).rejects.toMatchObject({ retryable: true });
  expect(server.requests).toHaveLength(3);
  server.requests.length = 0;
  await expect(
    client.write("n", data, { ...write, condition: { if: "absent" } }),
  ).rejects.toMatchObject({ code: "tier_unavailable" });
  expect(server.requests).toHaveLength(1);
});

test("a throttled conditional write was not done, and is sent again", async () => {
  let refusals = 1;
  const { client, server } = await scripted(() =>
    refusals-- > 0 ? jsonError(429, "rateLimitExceeded", "slower") : written(),
  );
  expect(await client.write("n", data, { ...write, condition: { if: "absent" } })).toBe("7");
  expect(server.requests).toHaveLength(2);
});

test.each([
  [400, "userProjectMissing", "invalid_config", false],
  [401, "authError", "auth", false],
  [403, "forbidden", "auth", false],
  [403, "rateLimitExceeded", "throttled", true],
  [403, "retentionPolicyNotMet", "tier_unavailable", false],
  [408, "requestTimeout", "timeout", true],
  [413, "uploadTooLarge", "too_large", false],
  [429, "rateLimitExceeded", "throttled", true],
  [500, "internalError", "tier_unavailable", true],
  [503, "backendError", "tier_unavailable", true],
  [504, "", "tier_unavailable", true],
] as const)(
  "%i %s is `%s`, retryable %p, and says what and where",
  async (status, reason, code, retryable) => {
    const { client, bench } = await scripted(() => jsonError(status, reason, "because"), {
      max_retries: 0,
    });
    const refused = client.write("tenants/acme/a", data, write);
    await expect(refused).rejects.toMatchObject({ code, retryable });
    for (const part of [
      'Tier "cold"',
      "write",
      '"tenants/acme/a"',
      `gs://${bench.name}`,
      "because",
    ])
      await expect(refused).rejects.toThrow(part);
  },
);
