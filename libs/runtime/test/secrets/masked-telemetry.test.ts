import { expect, test } from "@jest/globals";
import { recordingTelemetry } from "@cogniverse/testkit";
import { KnownSecrets } from "../../src/secrets/known-secrets.ts";
import { maskedTelemetry } from "../../src/secrets/masked-telemetry.ts";

const secrets = new KnownSecrets(["hunter-two"]);

test("parents and links arrive as the port's own spans", () => {
  const inner = recordingTelemetry();
  const telemetry = maskedTelemetry(inner, secrets);
  const above = telemetry.startSpan("above", "acme");
  const other = telemetry.startSpan("other", "acme", { agoMs: 5, always: true });
  const below = telemetry.startSpan("below", "acme", { parent: above });
  below.link(other);
  other.within(() => telemetry.span("inside", "acme", (span) => span.link(above)));
  const [first, second, third, fourth] = inner.spans;
  expect(second).toMatchObject({ agoMs: 5, always: true });
  expect(third?.parent).toBe(first);
  expect(third?.links).toEqual([second]);
  expect(fourth?.parent).toBe(second);
  expect(fourth?.links).toEqual([first]);
});

test("no attribute, event or error tells a secret, however the span was begun", () => {
  const inner = recordingTelemetry();
  const telemetry = maskedTelemetry(inner, secrets);
  const told = { a: "of hunter-two", b: "redis://me:pw@host", n: 1 };
  const masked = { a: "of **********", b: "redis://me:**@host", n: 1 };
  const span = telemetry.startSpan("one", "acme", { attributes: told });
  span.setAttributes({ later: "hunter-two" });
  span.addEvent("event", told, 3);
  span.recordError(new Error("hunter-two"));
  span.end();
  telemetry.span("two", "acme", () => undefined, told);
  expect(inner.spans).toMatchObject([
    {
      attributes: { ...masked, later: "**********" },
      events: [{ attributes: masked, agoMs: 3 }],
      errors: [{ message: "**********" }],
      ended: true,
    },
    { attributes: masked },
  ]);
});

test("what holds no secret is handed on as it is, and what is not kept is not looked at", () => {
  const attributes = { key: "frames/v/1.jpg", text: "a=b", n: 1 };
  expect(secrets.maskAttributes(attributes)).toBe(attributes);
  const inner = recordingTelemetry();
  inner.recording = false;
  const span = maskedTelemetry(inner, secrets).startSpan("no", "acme", { attributes });
  expect(span.isRecording).toBe(false);
  expect(inner.spans).toEqual([]);
});

test("a secret is found however many texts were seen before it", () => {
  for (let i = 0; i < 10_000; i++) secrets.maskAttributes({ key: `frames/${i}` });
  expect(secrets.maskAttributes({ key: "hunter-two" })).toEqual({ key: "**********" });
});
