import { expect, test } from "@jest/globals";
import { Cardinality, OTHER } from "../../src/metrics/cardinality.ts";

test("the first to come keep their names, also after the limit was reached", () => {
  const cardinality = new Cardinality({ tenants: 2, keyTypes: 1 });
  expect(["acme", "bolt", "coda", "acme", "bolt"].map((id) => cardinality.tenant(id))).toEqual([
    "acme",
    "bolt",
    OTHER,
    "acme",
    "bolt",
  ]);
  expect(["embeddings", "frames"].map((name) => cardinality.keyType(name))).toEqual([
    "embeddings",
    OTHER,
  ]);
});

test("attributes within the limits are handed on as they are, others changed in a copy", () => {
  const cardinality = new Cardinality({ tenants: 1, keyTypes: 1 });
  const first = { "tenant.id": "acme", key_type: "embeddings", tier: "hot" };
  expect(cardinality.bound(first)).toBe(first);
  const second = { "tenant.id": "bolt", key_type: "frames", tier: "hot" };
  expect(cardinality.bound(second)).toEqual({ "tenant.id": OTHER, key_type: OTHER, tier: "hot" });
  expect(second["tenant.id"]).toBe("bolt");
  expect(cardinality.bound({ tier: "cold" })).toEqual({ tier: "cold" });
});
