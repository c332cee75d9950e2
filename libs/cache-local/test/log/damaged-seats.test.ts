import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { openEnvironment } from "../../src/environment.ts";
import { SEAT_BYTES } from "../../src/log/seat-form.ts";
import { Workbench } from "../open-tier.ts";
import { D, append, sessionOf, serving, pair, now, seatsOf } from "./session-pair.ts";

describe("what is damaged shortens nothing", () => {
  const damages: readonly (readonly [string, (path: string, seat: Buffer) => Promise<unknown>])[] =
    [
      ["a flipped bit", (path, seat) => writeFile(path, flipped(seat))],
      ["a cut", (path) => truncate(path, SEAT_BYTES + 20)],
      ["zeros", (path, seat) => writeFile(path, Buffer.alloc(seat.length))],
      ["an empty file", (path) => truncate(path, 0)],
    ];

  test.each(damages)("%s in the seats, until the session reports again", async (_name, damage) => {
    await using bench = new Workbench();
    const { base_path, log, session, reader, clock } = await pair(bench);
    const head = await append(log);
    reader.applied(head);
    await damage(seatsOf(base_path), await readFile(seatsOf(base_path)));
    const settled = session.settled(head);
    for (let passed = 0; passed < D; passed += 20) {
      expect(await now(settled)).toBe("waiting");
      clock.advance(20);
    }
    expect(await settled).toBeUndefined();
    const again = session.settled(head);
    reader.readNow?.(head);
    expect(await again).toBe(1);
  });

  test("seats of which the file is another one than the others write", async () => {
    await using bench = new Workbench();
    const { base_path, log, session, clock, other } = await pair(bench);
    await rm(seatsOf(base_path));
    await using late = await serving(other.log);
    const head = await append(log);
    late.applied(head);
    for (const one of [session, late]) {
      const settled = one.settled(head);
      expect(await now(settled)).toBe("waiting");
      clock.advance(D);
      expect(await settled).toBeUndefined();
    }
  });

  test("what the session before said in the same seat", async () => {
    await using bench = new Workbench();
    const { base_path, log, session, reader, other } = await pair(bench);
    const head = await append(log);
    reader.applied(head);
    const before = await readFile(seatsOf(base_path));
    await reader[Symbol.asyncDispose]();
    await using next = sessionOf(other.log);
    await next.snapshot();
    const after = await readFile(seatsOf(base_path));
    expect(after.length).toBe(before.length);
    expect(await now(session.settled(head))).toBe("waiting");
    // A report of the one before that lands late is nobody's.
    await writeFile(seatsOf(base_path), before);
    expect(await now(session.settled(head))).toBe("waiting");
  });

  test.each([
    ["nothing that can be read", "{"],
    ["no seat", JSON.stringify({ pid: process.pid, startedAt: "", boot: "", namespace: "" })],
  ])("a member of whom the row says %s", async (_name, row) => {
    await using bench = new Workbench();
    const { base_path, log, session, reader } = await pair(bench);
    const environment = await openEnvironment(join(base_path, "log"), 1 << 20);
    const key = Buffer.alloc(16, 5);
    const rows = environment.table("members");
    environment.transact(() => rows.putSync(key, Buffer.from(row)), "after");
    const head = await append(log);
    reader.applied(head);
    expect(await now(session.settled(head))).toBe("waiting");
    environment.transact(() => rows.removeSync(key), "after");
    expect(await session.settled(head)).toBe(1);
    await environment.release();
  });

  test("a directory that was removed", async () => {
    await using bench = new Workbench();
    const { base_path, log, session, reader } = await pair(bench);
    const head = await append(log);
    reader.applied(head);
    expect(await session.settled(head)).toBe(1);
    await rm(base_path, { recursive: true });
    expect(await session.settled(head)).toBeUndefined();
  });
});

function flipped(seats: Buffer): Buffer {
  const damaged = Buffer.from(seats);
  // In each seat, of the position.
  for (let at = 21; at < damaged.length; at += SEAT_BYTES) damaged[at] = (damaged[at] ?? 0) ^ 8;
  return damaged;
}
