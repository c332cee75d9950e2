import { expect, test } from "@jest/globals";
import { resolveOptions } from "../src/options.ts";
import { parseRedisOptions } from "../src/parse-options.ts";

const problemsOf = (config: unknown): readonly string[] => {
  const parsed = parseRedisOptions(config);
  return parsed.ok ? [] : parsed.problems.map((p) => `${p.path.join(".")}: ${p.message}`);
};

test("the options of the original design are taken as they stand", () => {
  const options = {
    url: "redis://localhost:6379",
    default_ttl: 3600,
    max_memory: "2gb",
    eviction_policy: "allkeys-lru",
  };
  expect(parseRedisOptions(options)).toEqual({ ok: true, options });
  expect(resolveOptions({ ...options, eviction_policy: "allkeys-lru" })).toMatchObject({
    target: { kind: "standalone", address: { host: "localhost", port: 6379 }, db: 0 },
    defaultTtl: 3600,
    maxMemoryBytes: 2 ** 31,
    tls: undefined,
  });
});

test("a url says user, password, database and TLS; options beside it come first", () => {
  const url = "rediss://app:p%40ss@[::1]:7000/3";
  expect(resolveOptions({ url, username: "other" })).toMatchObject({
    target: { kind: "standalone", address: { host: "::1", port: 7000 }, db: 3 },
    username: "other",
    password: "p@ss",
    tls: {},
  });
});

test("sentinels and nodes of a cluster are host:port", () => {
  const sentinel = { name: "main", nodes: ["a:1", "b"] };
  expect(resolveOptions({ sentinel }).target).toEqual({
    kind: "sentinel",
    name: "main",
    nodes: [
      { host: "a", port: 1 },
      { host: "b", port: 26_379 },
    ],
    db: 0,
  });
  expect(resolveOptions({ cluster: { nodes: ["[::1]:5"] } }).target).toEqual({
    kind: "cluster",
    nodes: [{ host: "::1", port: 5 }],
  });
});

test.each([
  [{}, ": one of url, sentinel and cluster.nodes is needed"],
  [{ url: "http://a" }, "url: expected redis://"],
  [{ url: "redis://a", key_prefix: "a{b" }, "key_prefix: expected text without braces"],
  [{ url: "redis://a", max_memory: "2 elephants" }, "max_memory: expected bytes"],
  [{ url: "redis://a", eviction_policy: "lru" }, "eviction_policy: unknown policy"],
  [{ url: "redis://a", ttl: 3 }, "ttl: unknown option"],
  [{ url: "redis://a", tls: { cafile: "x" } }, "tls.cafile: unknown option"],
  [{ url: "redis://a", cluster: { nodes: [] } }, "cluster.nodes: expected a list"],
  [{ url: "redis://a", sentinel: { name: "x", nodes: ["b:1"] } }, ": url, sentinel and"],
  [{ url: "redis://a/2", cluster: true }, "url: a cluster has no databases"],
  [{ sentinel: { nodes: ["b:1"] } }, "sentinel: name is missing"],
  [{ url: "redis://a", max_value_bytes: 2 ** 30 }, "max_value_bytes: expected a whole number"],
])("%j is refused", (config, message) => {
  expect(problemsOf(config).join("\n")).toContain(message);
});

test("no password is shown", () => {
  const config = { url: "redis://u:s3cret@", password: 7, sentinel: { password: 5 } };
  expect(problemsOf(config).join("\n")).not.toMatch(/s3cret|7|5/);
});
