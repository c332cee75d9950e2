import { describe, expect, test } from "@jest/globals";
import { FakeClock } from "@cogniverse/testkit";

describe("FakeClock", () => {
  test("runs due timers in the order of their instants, each at its own", () => {
    const clock = new FakeClock({ now: 0, monotonic: 0 });
    const ran: string[] = [];
    const note = (name: string) => (): void => void ran.push(`${name}@${clock.monotonic()}`);
    clock.after(20, note("second"));
    clock.after(10, () => {
      note("first")();
      clock.after(5, note("made by first"));
    });
    clock.after(20, note("third"));
    clock.after(31, note("never"));
    clock.advance(30);
    expect(ran).toEqual(["first@10", "made by first@15", "second@20", "third@20"]);
    expect(clock.now()).toBe(30);
    expect(clock.pending).toBe(1);
  });

  test("a disposed timer does not run", () => {
    const clock = new FakeClock();
    const timer = clock.after(1, () => {
      throw new Error("ran");
    });
    timer[Symbol.dispose]();
    clock.advance(10);
    expect(clock.pending).toBe(0);
  });

  test("the wall jumps alone, in both directions, and makes nothing due", () => {
    const clock = new FakeClock({ now: 1000, monotonic: 0 });
    clock.after(10, () => {
      throw new Error("ran");
    });
    clock.jumpWall(900_000);
    clock.jumpWall(-900_500);
    clock.advance(0);
    expect([clock.now(), clock.monotonic()]).toEqual([500, 0]);
  });

  test("a suspended process runs its timers late", () => {
    const clock = new FakeClock({ now: 0, monotonic: 0 });
    let ranAt = -1;
    clock.after(10, () => (ranAt = clock.monotonic()));
    clock.suspend({ wallMs: 5000, monotonicMs: 0 });
    clock.advance(0);
    expect(ranAt).toBe(-1);
    clock.suspend({ wallMs: 0, monotonicMs: 5000 });
    expect(ranAt).toBe(-1);
    clock.advance(0);
    expect([ranAt, clock.now(), clock.monotonic()]).toEqual([5000, 5000, 5000]);
  });

  test("advanceAndSettle lets promises run between timers", async () => {
    const clock = new FakeClock({ now: 0, monotonic: 0 });
    const wait = (ms: number): Promise<void> =>
      new Promise((resolve) => void clock.after(ms, resolve));
    const seen: number[] = [];
    const worker = (async () => {
      for (let i = 0; i < 3; i++) {
        await wait(10);
        seen.push(clock.monotonic());
      }
    })();
    await clock.advanceAndSettle(30);
    await worker;
    expect(seen).toEqual([10, 20, 30]);
  });
});
