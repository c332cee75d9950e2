import { serverSuite, sharedGcs } from "@cogniverse/test-servers";
import { describe, expect, test } from "@jest/globals";
import { BucketBench } from "../support/bucket-bench.ts";

function record(value: string) {
  const scope = { kind: "key", value } as const;
  return { tenantId: "t", scope, mode: "hard", at: 1, node: "n" } as const;
}

serverSuite(["gcs"], describe)("the log in a bucket", () => {
  test("1,000 concurrent invalidations take at most 20 writes", async () => {
    await using bench = await BucketBench.at(await sharedGcs());
    const { log } = await bench.backend();
    const heads = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => log.append([record(`${n}`)])),
    );
    expect(heads.map((head) => Number(head?.position))).toEqual(
      Array.from({ length: 1000 }, (_, n) => n + 1),
    );
    const [text] = await bench.bare.file("log/head.json").download();
    expect(JSON.parse(text.toString())["revision"]).toBeLessThanOrEqual(20);
  });

  test("what it says of the table beside it is in the heads that others get", async () => {
    await using bench = await BucketBench.at(await sharedGcs());
    const [one, two] = [(await bench.backend()).log, (await bench.backend()).log];
    await two.head();
    const alone = [{ session: "s1", leaving: false }];
    const [changed, appended] = await Promise.all([
      one.changeShortCut?.(() => ({ table: "t1", alone })),
      one.append([record("a")]),
    ]);
    expect(changed).toEqual(appended);
    const next = { position: 2, shortCut: { table: "t1", alone } };
    expect(await two.append([record("b")])).toMatchObject(next);
    expect(await one.head()).toMatchObject(next);
  });

  test("an older copy of the head that was put back gives no position twice", async () => {
    await using bench = await BucketBench.at(await sharedGcs());
    const [one, two] = [(await bench.backend()).log, (await bench.backend()).log];
    await one.append([record("a")]);
    const head = bench.bare.file("log/head.json");
    const [copy] = await head.download();
    await one.append([record("b")]);
    const seen = await two.head();
    await head.save(copy);
    const appended = await one.append([record("c")]);
    expect(appended).toMatchObject({ position: 1 });
    expect(appended?.logId).not.toBe(seen.logId);
    expect(await two.read(seen)).toEqual({ type: "reset", head: appended });
  });
});
