import { expect, test } from "@jest/globals";
import { seededRandom } from "@cogniverse/testkit";
import { ObjectLayout, probeConditionalWrites } from "../src/index.ts";
import { MemoryBucket, MemoryClient, type Around } from "./memory-bucket.ts";

const layout = new ObjectLayout("p/");

function probe(around: Around): ReturnType<typeof probeConditionalWrites> {
  const client = new MemoryClient();
  client.around = around;
  return probeConditionalWrites(client, layout, seededRandom(1));
}

test("a store where exactly one racer wins is fine, and nothing stays behind", async () => {
  const client = new MemoryClient();
  expect(await probeConditionalWrites(client, layout, seededRandom(1))).toMatchObject([
    { level: "ok" },
  ]);
  expect(client.bucket.objects.size).toBe(0);
  expect(client.requests.every((request) => request.includes(" p/doctor/"))).toBe(true);
});

test.each(["absent", "match"] as const)(
  "a store that looks at `%s` before the write and not with it is found out",
  async (weak) => {
    const bucket = new MemoryBucket();
    const found = await probe(async ({ op, write, name, data }, send) => {
      if (op !== "write" || write?.condition?.if !== weak || data === undefined) return send();
      const met = bucket.meets(name, write.condition);
      await Promise.resolve();
      if (!met) return undefined;
      send();
      return bucket.set(name, data, write);
    });
    expect(found).toMatchObject([{ check: "conditional-writes", level: "problem" }]);
    expect(found[0]?.remedy).toEqual(expect.any(String));
  },
);

test("a store that does not know conditions is found out", async () => {
  const bucket = new MemoryBucket();
  const found = await probe(({ op, write, name, data }, send) =>
    op === "write" && write !== undefined && data !== undefined
      ? bucket.set(name, data, write)
      : send(),
  );
  expect(found).toMatchObject([{ level: "problem", message: expect.stringContaining("8 won") }]);
});
