import { describe, expect, test } from "@jest/globals";
import { type Knobs, running } from "../support/two-tiers.ts";

describe("key_types", () => {
  const bytes = new Uint8Array([1]);
  const putBytes = (knobs: Knobs, key: string): Promise<string> =>
    running(knobs, ({ acme }) =>
      acme.put(key, bytes).then(
        () => "taken",
        () => "refused",
      ),
    );
  const blobs = (parts: object): Knobs => ({
    key_types: [{ template: "blobs/{id}", codec: "json", ...parts }],
  });

  test("template and codec", async () => {
    expect(await putBytes({}, "blobs/1")).toBe("taken");
    expect(await putBytes(blobs({}), "blobs/1")).toBe("refused");
    expect(await putBytes(blobs({ codec: "bytes" }), "blobs/1")).toBe("taken");
    expect(await putBytes(blobs({}), "blobs/1/2")).toBe("taken");
  });

  test("version", async () => {
    expect(await putBytes(blobs({ version: 2 }), "blobs/1")).toBe("taken");
    expect(await putBytes(blobs({ version: 2 }), "blobs@2/1")).toBe("refused");
  });

  test("immutable", async () => {
    const recorded = (immutable: boolean): Promise<number> =>
      running(blobs({ immutable }), async ({ acme }) => {
        await acme.put("blobs/1", { a: 1 });
        return (await acme.position()).position;
      });
    expect(await recorded(false)).toBe(1);
    expect(await recorded(true)).toBe(0);
  });
});
