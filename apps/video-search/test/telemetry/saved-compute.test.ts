import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ROOT } from "../../src/app.ts";
import { addSaved, describeSaved, savedCompute } from "../../src/telemetry/saved-compute.ts";
import { AppHome } from "../support/app-home.ts";

test("what hits saved is told in seconds, and in money where the configuration prices them", async () => {
  await using home = await AppHome.create();
  const env = { ...home.env, OTEL_SDK_DISABLED: "true" };
  await using app = await home.open({ config: join(ROOT, "configs", "phoenix.yaml"), env });
  const film = await home.sample();
  await app.processor.ingest(film, "acme");
  expect(await savedCompute(app.cache, ["globex"])).toEqual({
    computeSeconds: 0,
    money: { currency: "USD", amount: 0 },
  });
  await app.processor.ingest(film, "acme");
  const saved = await savedCompute(app.cache, ["acme", "globex"]);
  expect(saved.computeSeconds).toBeGreaterThan(0);
  expect(saved.money?.amount).toBeCloseTo(saved.computeSeconds * 0.0006, 9);
});

test("people read it on one line", () => {
  const unpriced = { computeSeconds: 1.234 };
  expect(describeSaved(unpriced)).toBe("1.23 s of compute saved");
  const priced = { computeSeconds: 2, money: { currency: "EUR", amount: 0.0012 } };
  expect(describeSaved(addSaved([unpriced, priced, priced]))).toBe(
    "5.23 s of compute saved, 0.0024 EUR",
  );
});
