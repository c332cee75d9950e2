import { once } from "node:events";
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "@jest/globals";
import { CacheError } from "@cogniverse/sdk";

describe("CacheError", () => {
  test("carries code, cause and whether to try again", () => {
    const cause = new Error("socket");
    const error = new CacheError("timeout", "late", { cause, retryable: true });
    expect(error).toMatchObject({ name: "CacheError", code: "timeout", retryable: true, cause });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe("CacheError: late");
    expect(new CacheError("closed", "x").retryable).toBe(false);
    expect("cause" in new CacheError("closed", "x")).toBe(false);
  });

  test("is known by its brand where prototypes differ: another realm", () => {
    const source = readFileSync(new URL("../src/errors.ts", import.meta.url), "utf8");
    const script = stripTypeScriptTypes(source).replaceAll(/^export /gm, "");
    const Foreign: unknown = runInNewContext(`${script}; CacheError`);
    const error: unknown = Reflect.construct(Object(Foreign), ["auth", "elsewhere"]);
    expect(error instanceof CacheError).toBe(false);
    expect(CacheError.isInstance(error)).toBe(true);
    expect(CacheError.isInstance(error) && error.code).toBe("auth");
  });

  test("is known by its brand where prototypes differ: a worker that posts its properties", async () => {
    const worker = new Worker(new URL("error-worker.ts", import.meta.url));
    const [error]: unknown[] = await once(worker, "message");
    expect(CacheError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: "throttled", retryable: true, message: "from a worker" });
  });

  test("nothing else is one", () => {
    for (const other of [
      undefined,
      null,
      0,
      "CacheError",
      new Error("x"),
      { brand: "x" },
      () => 0,
      { name: "CacheError" },
    ])
      expect(CacheError.isInstance(other)).toBe(false);
  });
});
