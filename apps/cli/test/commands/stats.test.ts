import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

const PRICED = `caching:
  tiers:
    warm: { backend: local, config: { base_path: "\${COGNIVERSE_CACHE_DIR}" } }
  prices: { currency: EUR, gib_month: { warm: 1024 } }
`;

test("stats price what is held, and do not pretend to know what other processes read", async () => {
  await using home = await CliHome.create();
  const config = await home.file("priced.yaml", PRICED);
  const input = Uint8Array.from({ length: 2 ** 20 }, () => Math.floor(Math.random() * 256));
  await home.runWith({ input }, "put", "blobs/a.bin", "--type", "bytes", "-c", config);
  const { code, out } = await home.run("stats", "-c", config);
  expect(code).toBe(0);
  expect(out).toMatch(/\nstorage: 1\.\d\d EUR a month for what the tiers hold\n/);
  expect(out).toMatch(/ storage a month .*\n.*\n.* warm .* 1\.\d\d EUR /);
  expect(out).toMatch(
    /\nhits, misses, requests, savings and what ended acknowledgements:\neach process counts its own [^\n]+\n$/,
  );
  expect(out).not.toMatch(/ratio|saved/);
  const json = JSON.parse((await home.run("stats", "--json", "-c", config)).out);
  expect(json).toMatchObject({
    hits: 0,
    hitRatio: null,
    money: {
      currency: "EUR",
      computeSaved: 0,
      byTier: { warm: { requests: 0, storagePerMonth: expect.any(Number) } },
    },
  });
});

test("without prices nothing is said of money", async () => {
  await using home = await CliHome.create();
  expect((await home.run("stats")).out).not.toContain("storage");
});
