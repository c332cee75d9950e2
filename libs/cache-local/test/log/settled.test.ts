import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, jest, test } from "@jest/globals";
import { START, toPosition } from "@cogniverse/sdk";
import { Seats } from "../../src/log/seats.ts";
import { Workbench } from "../open-tier.ts";
import { D, append, sessionOf, serving, pair, now } from "./session-pair.ts";

describe("an append is settled", () => {
  test("at once where nobody else serves, and where all others have it", async () => {
    await using bench = new Workbench();
    const { log, session, reader, other } = await pair(bench);
    const head = await append(log);
    reader.applied(head);
    expect(await session.settled(head)).toBe(1);
    await reader[Symbol.asyncDispose]();
    expect(await session.settled(await append(other.log))).toBe(0);
  });

  test("as soon as the last of them says that it has it, and not before", async () => {
    await using bench = new Workbench();
    const { log, session, reader } = await pair(bench);
    const head = await append(log);
    const settled = session.settled(head);
    expect(await now(settled)).toBe("waiting");
    // What a reader has read it has not yet applied.
    const { head: last } = await reader.snapshot();
    expect(last).toEqual(head);
    expect(await now(settled)).toBe("waiting");
    reader.applied({ ...head, position: toPosition(head.position - 1) });
    expect(await now(settled)).toBe("waiting");
    reader.applied(head);
    expect(await settled).toBe(1);
  });

  test("a read says what was applied before it", async () => {
    await using bench = new Workbench();
    const { log, session, reader } = await pair(bench);
    const head = await append(log);
    const settled = session.settled(head);
    reader.readNow?.({ ...head, position: START });
    expect(await now(settled)).toBe("waiting");
    await reader.read(head);
    expect(await settled).toBe(1);
  });

  test("not by who starts from nothing again, nor by a position of another log", async () => {
    await using bench = new Workbench();
    const { log, session, reader } = await pair(bench);
    const head = await append(log);
    reader.applied(head);
    await reader.snapshot();
    const settled = session.settled(head);
    expect(await now(settled)).toBe("waiting");
    reader.applied({ logId: "another", position: toPosition(99) });
    reader.readNow?.({ logId: "another", position: toPosition(99) });
    expect(await now(settled)).toBe("waiting");
    reader.applied(head);
    expect(await settled).toBe(1);
    expect(await session.settled({ ...head, logId: "another" })).toBeUndefined();
  });

  test("sessions of one tier count one by one", async () => {
    await using bench = new Workbench();
    const { log, session, reader, other } = await pair(bench);
    await using third = await serving(other.log);
    const head = await append(log);
    reader.applied(head);
    const settled = session.settled(head);
    expect(await now(settled)).toBe("waiting");
    third.applied(head);
    expect(await settled).toBe(2);
  });

  test("who joins while it is waited for keeps nobody waiting", async () => {
    await using bench = new Workbench();
    const { log, session, reader, other } = await pair(bench);
    const head = await append(log);
    const settled = session.settled(head);
    await using late = sessionOf(other.log);
    const { head: first } = await late.snapshot();
    expect(first.position).toBeGreaterThanOrEqual(head.position);
    late.applied(first);
    reader.applied(head);
    expect(await settled).toBe(2);
  });
});

describe("a session that is not heard of", () => {
  test("counts as serving until it has counted no read for D, by a clock that watched it", async () => {
    await using bench = new Workbench();
    const { log, session, clock } = await pair(bench);
    const head = await append(log);
    const settled = session.settled(head);
    await nextTurn();
    clock.advance(D - 1);
    expect(await now(settled)).toBe("waiting");
    clock.advance(1);
    await settled;
    // By now it has been watched for D, so nobody waits for it again.
    expect(await session.settled(await append(log))).toBe(1);
  });

  test("and that reads again is waited for again", async () => {
    await using bench = new Workbench();
    const { log, session, reader, clock } = await pair(bench);
    const first = session.settled(await append(log));
    await nextTurn();
    clock.advance(D);
    await first;
    const head = await append(log);
    reader.readNow?.({ ...head, position: START });
    const settled = session.settled(head);
    expect(await now(settled)).toBe("waiting");
    reader.applied(head);
    expect(await settled).toBe(1);
  });

  test("but reads without applying is waited for until D has passed, then only D tells", async () => {
    await using bench = new Workbench();
    const { log, session, reader, clock } = await pair(bench);
    const head = await append(log);
    for (let round = 0; round < 2; round++) {
      const settled = session.settled(head);
      for (let passed = 0; passed < D; passed += 50) {
        expect(await now(settled)).toBe("waiting");
        reader.readNow?.({ ...head, position: START });
        clock.advance(50);
      }
      expect(await settled).toBeUndefined();
    }
  });
});

test("a thousand who wait share their looks", async () => {
  await using bench = new Workbench();
  const { log, session, reader } = await pair(bench);
  const head = await append(log);
  const looks = jest.spyOn(Seats.prototype, "read");
  try {
    const settled = Array.from({ length: 1000 }, () => session.settled(head));
    reader.applied(head);
    expect(new Set(await Promise.all(settled))).toEqual(new Set([1]));
    expect(looks.mock.calls.length).toBeLessThanOrEqual(3);
  } finally {
    looks.mockRestore();
  }
});
