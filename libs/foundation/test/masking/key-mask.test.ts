import { expect, test } from "@jest/globals";
import { assert, property, string } from "fast-check";
import { KeyMask } from "../../src/masking/key-mask.ts";

const secret = "a secret of sixteen or more";

test("the digits of a key are those of its tenant and secret alone, in every process", () => {
  const mask = new KeyMask("hmac", secret);
  const digits = mask.key("acme", "embeddings/video-1/x");
  expect(digits).toMatch(/^[0-9a-f]{16}$/);
  expect(new KeyMask("hmac", secret).key("acme", "embeddings/video-1/x")).toBe(digits);
  expect(mask.key("bolt", "embeddings/video-1/x")).not.toBe(digits);
  expect(new KeyMask("hmac", `${secret}!`).key("acme", "embeddings/video-1/x")).not.toBe(digits);
  expect(new KeyMask("hmac", undefined).key("acme", "embeddings/video-1/x")).not.toBe(digits);
});

test("a key as text and as path has one form", () => {
  const mask = new KeyMask("hmac", secret);
  expect(mask.key("acme", "results/a b?")).toBe(mask.key("acme", "results/a%20b%3F"));
  expect(mask.scope("acme", "key results/a b?")).toBe(`key ${mask.key("acme", "results/a b?")}`);
});

test("prefix shows two segments, but never all of them", () => {
  const mask = new KeyMask("prefix", secret);
  const digits = (key: string): string => `#${new KeyMask("hmac", secret).key("acme", key)}`;
  expect(mask.key("acme", "frames/v1/f2/x")).toBe(`frames/v1/${digits("frames/v1/f2/x")}`);
  expect(mask.key("acme", "frames/v1")).toBe(`frames/${digits("frames/v1")}`);
  expect(mask.key("acme", "frames")).toBe(digits("frames"));
  expect(mask.scope("acme", "prefix frames/v1/")).toBe(`prefix frames/${digits("frames/v1/")}`);
});

test("of a scope the kind stays, and the value goes as keys do", () => {
  const mask = new KeyMask("hmac", secret);
  expect(mask.scope("acme", "tag video:ab")).toMatch(/^tag [0-9a-f]{16}$/);
  expect(mask.scope("acme", "glob frames/*/x")).toMatch(/^glob [0-9a-f]{16}$/);
  expect(mask.scope("acme", "tenant")).toBe("tenant");
  expect(mask.scope("acme", "someday video:ab")).toMatch(/^scope [0-9a-f]{16}$/);
  expect(new KeyMask("plain", undefined).scope("acme", "tag video:ab")).toBe("tag video:ab");
});

test("no form is shared by two keys or two tenants, however many are remembered", () => {
  const mask = new KeyMask("hmac", secret);
  const forms = new Set<string>();
  for (let index = 0; index < 10_000; index++)
    forms.add(mask.key(`tenant-${String(index % 7)}`, `k/${String(index)}`));
  expect(forms.size).toBe(10_000);
  assert(
    property(string({ unit: "binary" }), (text) => {
      expect(mask.key("acme", text)).toMatch(/^[0-9a-f]{16}$/);
    }),
  );
});
