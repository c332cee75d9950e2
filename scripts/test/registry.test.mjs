import { expect, test } from "@jest/globals";
import {
  unreachableMessage,
  unreachableRegistry,
  withPnpmNetwork,
} from "../bootstrap/registry.mjs";

test.each([
  ["npm error code ECONNREFUSED", "ECONNREFUSED"],
  ["npm error network request to somewhere failed, reason: getaddrinfo ENOTFOUND x", "ENOTFOUND"],
  ["error sending request: tcp connect error: Connection refused", "Connection refused"],
  ["error sending request for url (somewhere)", "error sending request"],
])("recognises an unreachable registry: %s", (output, reason) => {
  expect(unreachableRegistry(output)).toBe(reason);
});

test("takes no other failure for an unreachable registry", () => {
  expect(unreachableRegistry("ERR_PNPM_OUTDATED_LOCKFILE Cannot install")).toBeUndefined();
  expect(unreachableRegistry("gyp ERR! build error")).toBeUndefined();
});

test("pnpm gets npm's network settings under its own names", () => {
  const env = { npm_config_proxy: "p", NPM_CONFIG_CAFILE: "c", PATH: "x" };
  expect(withPnpmNetwork(env, "r")).toEqual({
    ...env,
    pnpm_config_proxy: "p",
    pnpm_config_cafile: "c",
    pnpm_config_registry: "r",
  });
});

test("what is set for pnpm itself wins", () => {
  expect(withPnpmNetwork({ pnpm_config_registry: "own" }, "npm's")).toEqual({
    pnpm_config_registry: "own",
  });
});

test("the message says what is missing and where it was sought", () => {
  const message = unreachableMessage({ needed: "pnpm@1", reason: "ENOTFOUND", registry: "r" });
  expect(message).toMatch(/pnpm@1 is not installed/);
  expect(message).toMatch(/Registry in use: r\n/);
});
