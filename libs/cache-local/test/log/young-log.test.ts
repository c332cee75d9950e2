import { cp } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { Workbench } from "../open-tier.ts";
import { D, serving, pair } from "./session-pair.ts";

describe("a log that nobody has known for D", () => {
  test("leaves it to the lease, in every process: an older one may have been removed under somebody who serves", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const first = await bench.open({ base_path });
    await using maker = await serving(first.log);
    bench.context.clock.advance(D - 1);
    const second = await bench.open({ base_path });
    await using late = await serving(second.log);
    const head = await first.log.head();
    expect(await maker.settled(head)).toBeUndefined();
    expect(await late.settled(head)).toBeUndefined();
    bench.context.clock.advance(1);
    expect(await maker.settled(head)).toBe(1);
    // Somebody has known it for D, and says so in it.
    expect(await late.settled(head)).toBe(1);
  });

  test("is known by whoever read it for D, so that one who only invalidates need not wait", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const { log } = await bench.open({ base_path });
    const session = await serving(log);
    bench.context.clock.advance(D);
    session.readNow?.(await log.head());
    await session[Symbol.asyncDispose]();
    await using late = await serving((await bench.open({ base_path })).log);
    expect(await late.settled(await log.head())).toBe(0);
  });

  test("so is a copy of a log: who serves by the original is no member of it", async () => {
    await using bench = new Workbench();
    const { base_path, session, log } = await pair(bench);
    expect(await session.settled(await log.head())).toBe(1);
    const copy = await bench.directory();
    await cp(base_path, copy, { recursive: true });
    await using other = await serving((await bench.open({ base_path: copy })).log);
    expect(await other.settled(await log.head())).toBeUndefined();
  });
});
