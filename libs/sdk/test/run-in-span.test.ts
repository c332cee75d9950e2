import { createContext, runInContext } from "node:vm";
import { expect, test } from "@jest/globals";
import { NO_SPAN, runInSpan, type Span } from "../src/index.ts";

/** A span that writes down what it is told. */
function toldSpan(): Span & Readonly<{ told: readonly unknown[] }> {
  const told: unknown[] = [];
  return {
    ...NO_SPAN,
    told,
    within(run) {
      told.push("within");
      return run();
    },
    recordError: (error) => void told.push(error),
    end: () => void told.push("end"),
  };
}

test("a span ends with what is returned, and before whoever waits for a promise goes on", async () => {
  const plain = toldSpan();
  expect(runInSpan(plain, (span) => span === plain)).toBe(true);
  expect(plain.told).toEqual(["within", "end"]);
  const waiting = toldSpan();
  const { promise, resolve } = Promise.withResolvers<number>();
  const returned = runInSpan(waiting, () => promise);
  expect(returned).toBe(promise);
  expect(waiting.told).toEqual(["within"]);
  resolve(1);
  expect(await returned).toBe(1);
  expect(waiting.told).toEqual(["within", "end"]);
});

test("an error is recorded once and reaches the caller, thrown or rejected", async () => {
  const error = new Error("no");
  const throwing = toldSpan();
  const fail = (): never => {
    throw error;
  };
  expect(() => runInSpan(throwing, fail)).toThrow(error);
  expect(throwing.told).toEqual(["within", error, "end"]);
  const rejecting = toldSpan();
  await expect(runInSpan(rejecting, () => Promise.reject(error))).rejects.toBe(error);
  expect(rejecting.told).toEqual(["within", error, "end"]);
});

test("a promise of another realm is waited for, what only has a then is not touched", async () => {
  const foreign: Promise<number> = runInContext("Promise.resolve(1)", createContext());
  const waiting = toldSpan();
  const returned = runInSpan(waiting, () => foreign);
  expect(waiting.told).toEqual(["within"]);
  await returned;
  expect(waiting.told).toEqual(["within", "end"]);
  const asked: string[] = [];
  // oxlint-disable-next-line unicorn/no-thenable -- a query builder runs what it stands for when then is called
  const lazy = { then: () => asked.push("then") };
  expect(runInSpan(toldSpan(), () => lazy)).toBe(lazy);
  expect(asked).toEqual([]);
});
