import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { serverSuite, type Need } from "../src/index.ts";
import { installNow } from "../src/install/install-now.ts";
import { missingVariable } from "../src/server-suite.ts";

const describe = Object.assign(() => undefined, { skip: () => undefined });
// A need that no install knows stands for one that cannot be met here.
const unknown = "s3-third" as Need;

const before = { ...process.env };
beforeEach(() => {
  delete process.env["CI"];
  delete process.env["REDIS_URL"];
});
afterEach(() => {
  Object.assign(process.env, before);
});

test("a server that is given by its address is there", () => {
  process.env["REDIS_URL"] = "redis://127.0.0.1:1";
  expect(serverSuite(["redis"], describe)).toBe(describe);
});

test("a large one is installed by the suite that needs it, which waits for that", () => {
  process.env[missingVariable] = "{}";
  expect(serverSuite(["prometheus"], describe)).toBe(describe);
  expect(process.env[missingVariable]).toBe("{}");
  expect(installNow("prometheus")).toEqual({});
});

test("without a server the suite is skipped, but fails in continuous integration", () => {
  process.env[missingVariable] = JSON.stringify({ [unknown]: "apt-get install it" });
  expect(serverSuite([unknown], describe)).toBe(describe.skip);
  process.env["CI"] = "true";
  expect(() => serverSuite([unknown], describe)).toThrow("s3-third: apt-get install it");
});
