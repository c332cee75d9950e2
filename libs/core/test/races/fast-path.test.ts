import { describe, expect, test } from "@jest/globals";
import { note, only, oneNode } from "./support/one-node.ts";

const key = note({ id: 1 });

describe("rule 5: the fast path", () => {
  test("checkedAt is the head of the check: a record between check and insertion is not skipped", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }));
    for (let i = 0; i < 3; i++) {
      expect(await acme.get(key)).toEqual({ n: 1 });
      await acme.invalidate({ kind: "tag", value: `unrelated-${i}` });
    }
    expect(await acme.get(key)).toEqual({ n: 1 });
    await acme.invalidate(key);
    expect(await acme.getWithInfo(key, only("memory"))).toMatchObject({ hit: false });
    expect(await acme.get(key)).toBeUndefined();
  });

  test("every kind of record ends it at once", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const scopes = [
      { kind: "key", value: "notes/1.json" },
      { kind: "prefix", value: "notes/" },
      { kind: "glob", value: "notes/*" },
      { kind: "tag", value: "red" },
      { kind: "tenant" },
    ] as const;
    let n = 0;
    for (const scope of scopes) {
      const made = ++n;
      const compute = ({ setTags }: { setTags: (tag: string) => void }): { n: number } => {
        setTags("red");
        return { n: made };
      };
      expect(await acme.getOrCompute(key, compute)).toEqual({ n: made });
      expect(await acme.getOrCompute(key, compute)).toEqual({ n: made });
      await acme.invalidate(scope);
      expect(await acme.get(key)).toBeUndefined();
    }
  });
});
