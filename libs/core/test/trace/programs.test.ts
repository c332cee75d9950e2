import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { recordingTelemetry, settle, type RecordedSpan } from "@cogniverse/testkit";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { setUp, type Kind, type SetUp } from "../support/set-up.ts";

expectNoUnhandledRejections();

type Asked = Readonly<{ do: "compute"; key: string; how: How; leaves: boolean; mode: Mode }>;
type Step =
  | Asked
  | Readonly<
      | { do: "get" | "put" | "delete" | "invalidate"; key: string }
      | { do: "fault"; tier: number; how: "fail" | "late" }
      | { do: "settle" }
    >;
type Mode = "refresh" | "bypass" | "plain";
type How = "returns" | "throws" | "waits" | "nests" | "hangs" | "undefined";

const key = fc.constantFrom("a/1", "a/2", "b/3");
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("compute" as const),
      key,
      how: fc.constantFrom<How>("returns", "throws", "waits", "nests", "hangs", "undefined"),
      leaves: fc.boolean(),
      mode: fc.constantFrom(
        "plain" as const,
        "plain" as const,
        "refresh" as const,
        "bypass" as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("get" as const, "put" as const, "delete" as const, "invalidate" as const),
      key,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      tier: fc.nat(2),
      how: fc.constantFrom("fail" as const, "late" as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "settle" as const }) },
);

/** Runs steps that overlap, under an own parent or none, and lets every compute that can end do so. */
class TracedProgram {
  readonly telemetry = recordingTelemetry();
  reads = 0;
  readonly #it: SetUp;
  readonly #kinds: readonly Kind[];
  readonly #held: (() => void)[] = [];
  readonly #callers: AbortController[] = [];
  readonly #running: Promise<unknown>[] = [];
  #closing = false;

  constructor(kinds: readonly Kind[], recording: boolean) {
    this.#kinds = kinds;
    this.telemetry.recording = recording;
    this.#it = setUp(Object.fromEntries(kinds.map((kind, i) => [`t${i}`, kind])), {
      telemetry: this.telemetry,
      memory: { maxEntries: 2 },
      defaultPolicy: { demote: true },
    });
  }

  async step(step: Step): Promise<void> {
    if (step.do === "settle") await this.#settle();
    else if (step.do === "fault") this.#fault(step.tier % this.#kinds.length, step.how);
    else this.#running.push(Promise.allSettled([this.#begin(step)]));
    await Promise.resolve();
  }

  /** `closing`: while much still runs. Returns the tenant's hits, misses and shared reads. */
  async end(
    closing: boolean,
  ): Promise<Readonly<{ hits: number; misses: number; coalesced: number }>> {
    const { acme, manager } = this.#it;
    this.#closing = closing;
    const closed = closing ? manager.close() : undefined;
    const over = { yet: false };
    const ending = Promise.all(this.#running).then(() => (over.yet = true));
    // What is let go may begin something that waits in its turn; who waits for what hangs leaves in the end.
    for (let turns = 0; !over.yet; turns++) {
      await this.#settle();
      if (turns > 2) for (const controller of this.#callers.splice(0)) controller.abort("gone");
    }
    await ending;
    if (closed !== undefined) await closed;
    await manager.flush();
    const stats = closing ? { hits: -1, misses: -1, coalesced: -1 } : await acme.stats();
    await manager.close();
    return stats;
  }

  #begin(step: Exclude<Step, { do: "settle" | "fault" }>): Promise<unknown> {
    const { acme } = this.#it;
    switch (step.do) {
      case "put":
        return acme.put(step.key, 1);
      case "delete":
        return acme.delete(step.key);
      case "invalidate":
        return acme.invalidateByPattern(`${step.key.slice(0, 1)}/*`);
      case "get":
        this.reads++;
        return acme.get(step.key);
      default:
        return this.#ask(step);
    }
  }

  #ask({ key: asked, how, leaves, mode }: Asked): Promise<unknown> {
    this.reads++;
    const controller = new AbortController();
    if (leaves) this.#held.push(() => controller.abort("gone"));
    this.#callers.push(controller);
    return this.#it.acme.getOrCompute(asked, () => this.#compute(how), {
      signal: controller.signal,
      refresh: mode === "refresh",
      bypass: mode === "bypass",
    });
  }

  async #compute(how: How): Promise<number> {
    if (how === "throws") throw new Error("no");
    if (how === "waits") await new Promise<void>((resolve) => this.#held.push(resolve));
    if (how === "hangs") await new Promise<never>(() => undefined);
    if (how === "nests") {
      // After the close a call is refused at once and no read.
      if (!this.#closing) this.reads++;
      await this.#it.acme.getOrCompute("n/1", () => 1);
    }
    // What a program without types may do.
    return how === "undefined" ? (undefined as unknown as number) : 1;
  }

  #fault(place: number, how: "fail" | "late"): void {
    const script = this.#it.faults(`t${place}`);
    const [get, put] =
      this.#kinds[place] === "six"
        ? (["get", "put"] as const)
        : (["getEntry", "putEntry"] as const);
    for (const op of [get, put]) {
      if (how === "fail") script.fail(op);
      else {
        const gate = script.pause(op);
        this.#held.push(() => gate.release());
      }
    }
  }

  async #settle(): Promise<void> {
    for (const release of this.#held.splice(0)) release();
    await settle(2);
  }
}

const program = fc.record({
  kinds: fc.array(fc.constantFrom<Kind>("memory", "entry", "six"), { minLength: 1, maxLength: 3 }),
  recording: fc.boolean(),
  closing: fc.boolean(),
  steps: fc.array(anyStep, { maxLength: 20 }),
});

test("every span ends, every read has one, and who shared a compute links to it, whatever fails or leaves", async () => {
  let [shared, computed] = [0, 0];
  await fc.assert(
    fc.asyncProperty(program, async ({ kinds, recording, closing, steps }) => {
      const run = new TracedProgram(kinds, recording);
      for (const each of steps) await run.step(each);
      const stats = await run.end(closing);
      const { spans } = run.telemetry;
      const told = new Told(spans);
      shared += told.joined.length;
      computed += spans.filter((span) => span.name === "cache.compute").length;
      expect(spans.filter((span) => !span.ended || span.errors.length > 1)).toEqual([]);
      expect(told.strayLinks()).toEqual([]);
      // Without a recording parent hits have no span, and those of a read that shared a compute may have none to link to.
      expect(recording ? told.gets.length : told.misses.length).toBe(
        recording ? run.reads : told.gets.length,
      );
      expect(recording ? told.badLinks() : []).toEqual([]);
      const counted = closing ? undefined : stats;
      expect(told.misses.length).toBe(counted?.misses ?? told.misses.length);
      const all = recording ? counted : undefined;
      expect(told.gets.length - told.misses.length).toBe(
        all?.hits ?? told.gets.length - told.misses.length,
      );
      expect(told.joined.filter(isWell).length).toBe(
        all?.coalesced ?? told.joined.filter(isWell).length,
      );
    }),
    { numRuns: 800 },
  );
  // Half of what such programs come to on average: enough happened for the above to say something.
  expect(shared).toBeGreaterThan(90);
  expect(computed).toBeGreaterThan(300);
}, 60_000);

/** The spans of reads, sorted. */
class Told {
  readonly gets: readonly RecordedSpan[];
  readonly misses: readonly RecordedSpan[];
  readonly joined: readonly RecordedSpan[];

  constructor(spans: readonly RecordedSpan[]) {
    this.gets = spans.filter((span) => span.name === "cache.get");
    this.misses = this.gets.filter((span) => span.attributes["cache.hit"] === "miss");
    this.joined = this.gets.filter((span) => span.attributes["cache.coalesced"] === true);
  }

  /** Of reads that shared nothing. */
  strayLinks(): readonly RecordedSpan[] {
    return this.gets.filter((span) => span.links.length > 0 && !this.joined.includes(span));
  }

  /** Of reads that shared a compute and do not link to it, or shared a look-up and do not link to its read. */
  badLinks(): readonly RecordedSpan[] {
    return this.joined.filter(isWell).filter(({ links, attributes }) => {
      const name = attributes["cache.hit"] === "miss" ? "cache.compute" : "cache.get";
      return links.length !== 1 || links[0]?.name !== name;
    });
  }
}

function isWell(span: RecordedSpan): boolean {
  return span.errors.length === 0;
}
