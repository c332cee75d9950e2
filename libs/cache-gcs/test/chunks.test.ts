import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { chunksOf } from "../src/objects/chunks.ts";

async function* bodyOf(parts: readonly Uint8Array[]) {
  yield* parts;
}

test("any body is cut into equal chunks, of which only the last may be shorter and only it is called so", async () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 1, max: 50 }), async (body, size) => {
      await using chunks = chunksOf(bodyOf(body), size);
      const seen: Uint8Array[] = [];
      for (;;) {
        const { data, last } = await chunks.next(undefined);
        seen.push(data);
        if (last) break;
        expect(data).toHaveLength(size);
      }
      expect(seen.at(-1)?.byteLength).toBeLessThanOrEqual(size);
      expect(Buffer.concat(seen)).toEqual(Buffer.concat(body));
    }),
  );
});
