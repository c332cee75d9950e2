import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, jest, test } from "@jest/globals";
import { openEnvironment } from "../../src/environment.ts";
import { SEAT_BYTES } from "../../src/log/seat-form.ts";
import { Seats } from "../../src/log/seats.ts";
import { Workbench } from "../open-tier.ts";
import { D, append, sessionOf, pair, now, seatsOf } from "./session-pair.ts";

describe("a session", () => {
  test("joins with its first read", async () => {
    await using bench = new Workbench();
    const { log, session, reader, other } = await pair(bench);
    await using idle = sessionOf(other.log);
    const head = await append(log);
    reader.applied(head);
    idle.applied(head);
    expect(await session.settled(head)).toBe(1);
    await idle.snapshot();
    expect(await now(session.settled(head))).toBe("waiting");
  });

  test("has joined and counted a read when it looks at the log", async () => {
    await using bench = new Workbench();
    const { base_path, other, reader } = await pair(bench);
    const environment = await openEnvironment(join(base_path, "log"), 1 << 20);
    const seen: (readonly [members: number, reads: number])[] = [];
    const look = (seat: number): void => {
      environment.refresh();
      const members = [...environment.table("members").getKeys({})].length;
      seen.push([members, readFileSync(seatsOf(base_path)).readDoubleLE(seat * SEAT_BYTES + 24)]);
    };
    const { log } = other;
    const [head, all] = [await log.head(), await log.snapshot()];
    jest.spyOn(log, "readNow").mockImplementation(() => {
      look(1);
      return { type: "records", head, records: [] };
    });
    jest.spyOn(log, "snapshot").mockImplementation(async () => {
      look(2);
      return all;
    });
    reader.readNow?.(head);
    await using late = sessionOf(log);
    await late.snapshot();
    expect(seen).toEqual([
      [2, 2],
      [3, 1],
    ]);
    await environment.release();
  });

  test("reads nothing where it cannot say so", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const { log } = await bench.open({ base_path });
    symlinkSync("/dev/full", seatsOf(base_path));
    await using session = sessionOf(log);
    const failure = { code: "tier_unavailable", message: expect.stringContaining("ENOSPC") };
    await expect(session.snapshot()).rejects.toMatchObject(failure);
    await expect(session.read(await log.head())).rejects.toMatchObject(failure);
    // Nor has it joined: nobody waits for it.
    bench.context.clock.advance(D);
    await using other = sessionOf(log);
    expect(await other.settled(await append(log))).toBe(0);
  });

  test("that was given back reads no more, and answers those who wait", async () => {
    await using bench = new Workbench();
    const { log, session, reader, other } = await pair(bench);
    const head = await append(log);
    const settled = session.settled(head);
    await session[Symbol.asyncDispose]();
    expect(await settled).toBeUndefined();
    expect(await session.settled(head)).toBeUndefined();
    expect(() => session.readNow?.(head)).toThrow(expect.objectContaining({ code: "closed" }));
    expect(await reader.settled(await append(other.log))).toBe(0);
    await session[Symbol.asyncDispose]();
  });

  test("stops waiting when its caller does", async () => {
    await using bench = new Workbench();
    const { log, session } = await pair(bench);
    const stop = new AbortController();
    const settled = session.settled(await append(log), { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(settled).rejects.toThrow("enough");
  });

  test("wakes after an append of another tier, and no longer once that is given up", async () => {
    await using bench = new Workbench();
    const { log, reader } = await pair(bench);
    const woken: number[] = [];
    let heard = (): void => undefined;
    const waking = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const watching = reader.watch?.(() => {
      woken.push(1);
      heard();
    });
    await append(log);
    await waking;
    watching?.[Symbol.dispose]();
    const before = woken.length;
    await append(log);
    await now(Promise.resolve());
    expect(woken.length).toBe(before);
  });
});

describe("where changes cannot be watched", () => {
  test("the log says so once, and appends are taken all the same", async () => {
    await using bench = new Workbench();
    const { base_path, log, session, reader } = await pair(bench);
    symlinkSync("/nowhere/at/all", join(base_path, "log", "appends"));
    for (const one of [session, session]) one.watch?.(() => undefined)[Symbol.dispose]();
    const head = await append(log);
    reader.applied(head);
    expect(await session.settled(head)).toBe(1);
    const { lines } = bench.context.logger;
    expect(lines.filter(({ message }) => message.includes("cannot be watched"))).toEqual([
      expect.objectContaining({
        level: "warn",
        fields: expect.objectContaining({ error: "ENOENT" }),
      }),
    ]);
  });

  test("what a session has applied is seen at the next look", async () => {
    await using bench = new Workbench();
    const { log, session, reader, clock } = await pair(bench);
    const deaf = { [Symbol.dispose]: () => undefined };
    const watching = jest.spyOn(Seats.prototype, "watch").mockReturnValue(deaf);
    try {
      const head = await append(log);
      const settled = session.settled(head);
      await nextTurn();
      reader.applied(head);
      expect(await now(settled)).toBe("waiting");
      clock.advance(20);
      expect(await settled).toBe(1);
    } finally {
      watching.mockRestore();
    }
  });

  test("what is said while the watching begins is seen at once", async () => {
    await using bench = new Workbench();
    const { log, session, reader } = await pair(bench);
    const head = await append(log);
    const watching = jest.spyOn(Seats.prototype, "watch").mockImplementation(() => {
      reader.applied(head);
      return { [Symbol.dispose]: () => undefined };
    });
    try {
      expect(await session.settled(head)).toBe(1);
    } finally {
      watching.mockRestore();
    }
  });
});
