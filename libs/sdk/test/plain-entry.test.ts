import { describe, expect, test } from "@jest/globals";
import { plainEntry, START } from "@cogniverse/sdk";
import { formatMetadata, parseMetadata } from "@cogniverse/sdk/frame";

describe("plainEntry", () => {
  test("belongs to no log, so that no manager serves it", () => {
    const { metadata } = plainEntry(Uint8Array.of(1), { now: 1000, ttl: null });
    expect(metadata).toMatchObject({ logId: "", asOf: START, freshUntil: null, expiresAt: null });
  });

  test("a ttl is seconds from now, also a fraction", () => {
    const { metadata } = plainEntry(Uint8Array.of(), { now: 1000, ttl: 0.5, user: { a: "b" } });
    expect(metadata).toMatchObject({
      freshUntil: 1500,
      expiresAt: 1500,
      decodedBytes: 0,
      user: { a: "b" },
    });
    expect(parseMetadata(formatMetadata(metadata))).toEqual(metadata);
  });
});
