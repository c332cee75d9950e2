import { describe, expect, test } from "@jest/globals";
import { nearestName } from "../../src/config/nearest-name.ts";

const names = ["ttl", "demote", "compress_above_bytes", "max_size_gb", "writes", "hot", "cold"];

describe("nearestName", () => {
  test.each([
    ["tll", "ttl"],
    ["maxSizeGB", "max_size_gb"],
    ["max-size-gb", "max_size_gb"],
    ["compres_above_byte", "compress_above_bytes"],
    ["hto", "hot"],
    ["demoting", "demote"],
    ["wirtes", "writes"],
    ["colt", "cold"],
    ["demoted", "demote"],
  ])("%s is %s", (name, expected) => {
    expect(nearestName(name, names)).toBe(expected);
  });

  test.each(["region", "x", "", "bucket"])("%p is nothing of that", (name) => {
    expect(nearestName(name, names)).toBeUndefined();
  });
});
