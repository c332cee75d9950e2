import { describe, expect, test } from "@jest/globals";
import { settle } from "@cogniverse/testkit";
import { Background } from "../../src/tier/background.ts";

describe("background work", () => {
  test("runs so many at a time, in order", async () => {
    const background = new Background(2);
    const begun: number[] = [];
    const ends = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    ends.forEach((end, i) => background.add(() => (begun.push(i), end.promise)));
    expect(begun).toEqual([0, 1]);
    ends[1]?.resolve();
    await settle();
    expect(begun).toEqual([0, 1, 2]);
    for (const end of ends) end.resolve();
    await background.drain();
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  test("gives the oldest waiting piece up for want of room, and nobody waits for it", async () => {
    const background = new Background(1);
    const hold = Promise.withResolvers<void>();
    const ran: number[] = [];
    background.add(() => hold.promise);
    for (let i = 0; i < 20; i++) background.add(async () => void ran.push(i));
    hold.resolve();
    await background.flush();
    expect(ran).toEqual(Array.from({ length: 16 }, (_, i) => i + 4));
  });

  test("drain waits for what pieces add, and for what is tracked", async () => {
    const background = new Background(1);
    const done: string[] = [];
    const own = Promise.withResolvers<void>();
    void background.track(own.promise.then(() => done.push("tracked")));
    background.add(async () => background.add(async () => void done.push("added")));
    const draining = background.drain().then(() => done.push("drained"));
    await settle();
    own.resolve();
    await draining;
    expect(done).toEqual(["added", "tracked", "drained"]);
  });
});
