import { expect, test } from "@jest/globals";
import { SieveQueue, type Place, type Queued } from "../src/sieve-queue.ts";

type Member = Queued & { readonly name: string };

function filled(names: string): { queue: SieveQueue<Member>; places: Map<string, Place<Member>> } {
  const queue = new SieveQueue<Member>();
  const places = new Map<string, Place<Member>>();
  for (const name of names)
    places.set(name, queue.add({ name, visited: false, expiresAt: Infinity }));
  return { queue, places };
}

function evict(queue: SieveQueue<Member>, places: Map<string, Place<Member>>): string {
  const name = queue.victim(0)?.name ?? "none";
  const place = places.get(name);
  if (place !== undefined) queue.remove(place);
  return name;
}

test("the hand spares what was visited, once, and goes on from where it stopped", () => {
  const { queue, places } = filled("abcd");
  for (const member of queue) member.visited = member.name === "a" || member.name === "c";
  expect(evict(queue, places)).toBe("b");
  places.set("e", queue.add({ name: "e", visited: false, expiresAt: Infinity }));
  expect(evict(queue, places)).toBe("d");
  expect(evict(queue, places)).toBe("e");
  expect(evict(queue, places)).toBe("a");
  expect(evict(queue, places)).toBe("c");
  expect(evict(queue, places)).toBe("none");
});

test("where everything was visited the oldest goes", () => {
  const { queue, places } = filled("abc");
  for (const member of queue) member.visited = true;
  expect(evict(queue, places)).toBe("a");
});

test("what expired goes although it was visited", () => {
  const { queue } = filled("a");
  queue.add({ name: "x", visited: true, expiresAt: 0 });
  for (const member of queue) if (member.name === "a") member.visited = true;
  expect(queue.victim(0)?.name).toBe("x");
});

test("removing the member under the hand or the broom moves them on", () => {
  const { queue, places } = filled("abc");
  expect(queue.victim(0)?.name).toBe("a");
  for (const name of "ab") {
    const place = places.get(name);
    if (place !== undefined) queue.remove(place);
  }
  expect(queue.victim(0)?.name).toBe("c");
  expect(queue.expired(5, 0)).toEqual([]);
  expect([...queue].map((member) => member.name)).toEqual(["c"]);
  expect(queue.size).toBe(1);
});
