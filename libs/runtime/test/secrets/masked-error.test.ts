import { expect, test } from "@jest/globals";
import { KnownSecrets } from "../../src/secrets/known-secrets.ts";
import { maskedError } from "../../src/secrets/masked-error.ts";

const secrets = new KnownSecrets(["hunter-two"]);

/** The message of each error of the chain, as far as it goes. */
function messages(error: unknown, most = 20): readonly unknown[] {
  if (!(error instanceof Error) || most === 0) return [];
  return [error.message, ...messages(error.cause, most - 1)];
}

function fails(): never {
  throw new Error("not to be read");
}

test("causes that go round in a circle are followed for a while", () => {
  const first = new Error("of hunter-two");
  const second = new Error("second", { cause: first });
  first.cause = second;
  const shown = messages(maskedError(first, secrets));
  expect(shown.slice(0, 3)).toEqual(["of **********", "second", "of **********"]);
  expect(shown.length).toBeLessThan(12);
});

test("a circle without a secret is left alone", () => {
  const error = new Error("open");
  error.cause = error;
  expect(maskedError(error, secrets)).toBe(error);
});

test.each([
  ["a print that throws", { [Symbol.for("nodejs.util.inspect.custom")]: fails }],
  [
    "a proxy that answers nothing",
    new Proxy({}, { get: fails, ownKeys: fails, getPrototypeOf: fails }),
  ],
  ["a message that throws", Object.defineProperty(new Error("x"), "message", { get: fails })],
  ["no prototype", Object.assign(Object.create(null) as object, { text: "hunter-two" })],
  ["a symbol", Symbol("hunter-two")],
  ["nothing", undefined],
])("%s passes without a throw", (_name, thrown) => {
  expect(() => maskedError(thrown, secrets)).not.toThrow();
});

test("name, code and stack stay, masked", () => {
  const error = Object.assign(new RangeError("of hunter-two"), { code: "E_FAR" });
  const masked = maskedError(error, secrets);
  expect(masked).toMatchObject({ name: "RangeError", code: "E_FAR", message: "of **********" });
  const { stack = "" } = masked as Error;
  expect(stack).toContain("masked-error.test");
  expect(stack).not.toContain("hunter");
});

test("a message that the class of an error makes is looked at", () => {
  class Refused extends Error {
    override get message(): string {
      return "hunter-two refused";
    }
  }
  expect(messages(maskedError(new Refused(), secrets))).toEqual(["********** refused"]);
});

test("what an error carries that is too large to look through is left behind", () => {
  const tree = (depth: number): unknown =>
    depth === 0 ? "leaf" : Object.fromEntries([0, 1, 2, 3, 4, 5].map((i) => [i, tree(depth - 1)]));
  const error = Object.assign(new Error("boom"), { response: tree(6), text: "hunter-two" });
  const began = performance.now();
  const masked = maskedError(error, secrets);
  expect(masked).toMatchObject({ message: "boom" });
  expect(masked).not.toHaveProperty("response");
  // A print of it has 20 MB and takes seconds.
  expect(performance.now() - began).toBeLessThan(100);
});

test("of a message of megabytes the beginning is taken", () => {
  const masked = maskedError(new Error(`hunter-two${"z".repeat(5e6)}`), secrets) as Error;
  expect(masked.message.startsWith("**********zz")).toBe(true);
  expect(masked.message.length).toBeLessThan(20_000);
});
