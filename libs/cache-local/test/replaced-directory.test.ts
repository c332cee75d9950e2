import { rm } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { START } from "@cogniverse/sdk";
import { Workbench } from "./open-tier.ts";

const record = {
  tenantId: "acme",
  scope: { kind: "tenant" },
  mode: "hard",
  at: 0,
  node: "n",
} as const;
const gone = { code: "tier_unavailable", message: expect.stringContaining("removed or replaced") };

test("a log whose directory was removed under it speaks for nobody any more", async () => {
  await using bench = new Workbench();
  const base_path = await bench.directory();
  const { log } = await bench.open({ base_path });
  const head = await log.append([record]);
  await rm(base_path, { recursive: true });
  // No node renews its lease from such a log, and nothing is acknowledged by it.
  await expect(log.head()).rejects.toMatchObject(gone);
  await expect(log.append([record])).rejects.toMatchObject(gone);
  await expect(log.read(head ?? { logId: "", position: START })).rejects.toMatchObject(gone);
});

test("opened again after that it is another log", async () => {
  await using bench = new Workbench();
  const base_path = await bench.directory();
  const first = await bench.open({ base_path });
  const { logId } = await first.log.head();
  await rm(base_path, { recursive: true });
  await first[Symbol.asyncDispose]();
  const second = await bench.open({ base_path });
  expect((await second.log.head()).logId).not.toBe(logId);
});
