import { describe, expect, test } from "@jest/globals";
import type { ComputeContext, TenantCache } from "@cogniverse/sdk";
import { setUp } from "../support/set-up.ts";

const tiers = { memory: "memory", disk: "entry" } as const;

/** answer <- summary <- transcript, and the transcript carries a tag. */
function chain(acme: TenantCache, made: string[]): Promise<string> {
  const transcript = ({ setTags }: ComputeContext): string => {
    made.push("transcript");
    setTags("speech");
    return "t";
  };
  const summary = async (): Promise<string> => {
    made.push("summary");
    return `s(${await acme.getOrCompute("transcripts/v", transcript)})`;
  };
  return acme.getOrCompute("answers/q", async () => {
    made.push("answer");
    return `a(${await acme.getOrCompute("summaries/v", summary)})`;
  });
}

describe("dependencies are recorded by themselves, through three levels", () => {
  test.each<[string, (acme: TenantCache) => Promise<unknown>, string[]]>([
    [
      "deleting the source kills all",
      (c) => c.delete("transcripts/v"),
      ["answer", "summary", "transcript"],
    ],
    [
      "putting it anew kills what came of it",
      (c) => c.put("transcripts/v", "t2"),
      ["answer", "summary"],
    ],
    ["putting the same content spares it", (c) => c.put("transcripts/v", "t"), []],
    [
      "its tag is inherited",
      (c) => c.invalidate({ kind: "tag", value: "speech" }),
      ["answer", "summary", "transcript"],
    ],
    [
      "a prefix of it",
      (c) => c.invalidate({ kind: "prefix", value: "transcripts/" }),
      ["answer", "summary", "transcript"],
    ],
    [
      "a pattern for it",
      (c) => c.invalidateByPattern("transcripts/*"),
      ["answer", "summary", "transcript"],
    ],
    [
      "deleting the middle spares the source",
      (c) => c.delete("summaries/v"),
      ["answer", "summary"],
    ],
    ["deleting the top spares the rest", (c) => c.delete("answers/q"), ["answer"]],
    ["something else spares all", (c) => c.delete("transcripts/w"), []],
  ])("%s", async (_name, kill, expected) => {
    const { acme, manager } = setUp(tiers);
    const made: string[] = [];
    expect(await chain(acme, made)).toBe("a(s(t))");
    made.length = 0;
    await chain(acme, made);
    expect(made).toEqual([]);
    await kill(acme);
    await chain(acme, made);
    expect(made).toEqual(expected);
    made.length = 0;
    await chain(acme, made);
    expect(made).toEqual([]);
    await manager.close();
  });

  test("also when every level was a hit, from memory or from disk", async () => {
    for (const only of [{}, { tiers: { memory: false } }]) {
      const { acme, manager } = setUp(tiers);
      await chain(acme, []);
      await acme.getOrCompute("more/q", async () => [await acme.get("answers/q", only)]);
      await acme.delete("transcripts/v");
      expect(await acme.get("more/q")).toBeUndefined();
      await manager.close();
    }
  });
});

describe("a source is also", () => {
  test.each<[string, (acme: TenantCache, context: ComputeContext) => unknown]>([
    ["a miss", (acme) => acme.get("sources/1")],
    ["a miss that is told about", (acme) => acme.getWithInfo("sources/1")],
    ["what was asked for and not there", (acme) => acme.exists("sources/1")],
    ["a listing that did not have it", (acme) => acme.listKeys("sources/")],
    ["what the compute names itself", (_acme, { dependsOn }) => dependsOn("sources/1")],
    [
      "what it computed past the cache",
      (acme) => acme.getOrCompute("sources/1", () => 0, { bypass: true }),
    ],
  ])("%s", async (_name, ask) => {
    const { acme, manager } = setUp(tiers);
    const compute = async (context: ComputeContext): Promise<number> => {
      await ask(acme, context);
      return 1;
    };
    await acme.getOrCompute("derived/1", compute);
    await acme.put("others/1", 1);
    expect(await acme.get("derived/1")).toBe(1);
    await acme.put("sources/1", 1);
    expect(await acme.get("derived/1")).toBeUndefined();
    await manager.close();
  });
});

test("a listing by a part of a segment depends on all that begins like its whole segments", async () => {
  const { acme, manager } = setUp(tiers);
  await acme.getOrCompute("derived/1", () => acme.listKeys("notes/ab"));
  await acme.put("other/1", 1);
  expect(await acme.exists("derived/1")).toBe(true);
  await acme.put("notes/abc", 1);
  expect(await acme.exists("derived/1")).toBe(false);
  await manager.close();
});

test("a copy that was recomputed with other content kills what the old content gave, and the same content does not", async () => {
  const { acme, manager, clock } = setUp({ memory: "memory" });
  const source = (content: string) => acme.getOrCompute("sources/1", () => content, { ttl: 10 });
  await acme.getOrCompute("derived/1", async () => [await source("old")]);
  await clock.advanceAndSettle(10_000);
  await source("old");
  expect(await acme.get("derived/1")).toEqual(["old"]);
  await clock.advanceAndSettle(10_000);
  await source("new");
  expect(await acme.get("derived/1")).toBeUndefined();
  await manager.close();
});

test("what was read of another tenant cannot be vouched for: returned, not stored", async () => {
  const { acme, manager } = setUp(tiers);
  const other = manager.forTenant("other");
  await other.put("shared/1", 1);
  const asks = [
    () => other.get("shared/1"),
    () => other.exists("shared/1"),
    () => other.listKeys(""),
  ];
  for (const ask of asks) {
    const compute = async (): Promise<number> => {
      await ask();
      return 1;
    };
    expect(await acme.getOrComputeWithInfo("derived/1", compute)).toMatchObject({
      value: 1,
      stored: false,
    });
    expect(await acme.exists("derived/1")).toBe(false);
  }
  await manager.close();
});

test("a hundred sources are as good as three", async () => {
  const { acme, manager } = setUp(tiers);
  const compute = async (): Promise<number> => {
    let sum = 0;
    for (let i = 0; i < 100; i++) sum += await acme.getOrCompute(`frames/v${i % 7}/${i}`, () => 1);
    return sum;
  };
  expect(await acme.getOrCompute("sums/1", compute)).toBe(100);
  expect(await acme.get("sums/1")).toBe(100);
  await acme.delete("frames/v3/52");
  expect(await acme.get("sums/1")).toBeUndefined();
  await manager.close();
});

test("invalidateVideo reaches every family, model and version, and what was computed from them", async () => {
  const { acme, manager } = setUp(tiers);
  const of = (video: string): string[] => [
    `embeddings/m/${video}/metadata.json`,
    `frames@3/${video}/keyframes.json`,
    `transcriptions/${video}/transcription.json`,
  ];
  for (const key of [...of("v"), ...of("v2")]) await acme.put(key, {});
  const search = async (): Promise<unknown[]> => Promise.all(of("v").map((key) => acme.get(key)));
  await acme.getOrCompute("search_results/h/text.json", search);
  await acme.invalidateVideo("v");
  expect(await acme.listKeys("")).toEqual(of("v2"));
  await manager.close();
});
