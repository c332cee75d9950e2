import { describe, expect, test } from "@jest/globals";
import {
  recordingTelemetry,
  type RecordedSpan,
  type RecordingTelemetry,
} from "@cogniverse/testkit";
import { setUp, type Kind, type SetUp } from "../support/set-up.ts";

type Traced = SetUp & { readonly telemetry: RecordingTelemetry };

function traced(kinds: Readonly<Record<string, Kind>>): Traced {
  const telemetry = recordingTelemetry();
  return { ...setUp(kinds, { telemetry }), telemetry };
}

function named(telemetry: RecordingTelemetry, name: string): readonly RecordedSpan[] {
  return telemetry.spans.filter((span) => span.name === name);
}

const TIERS = { hot: "memory", cold: "entry" } as const;

describe("under a recording parent", () => {
  test("a miss tells which tiers were asked, what it cost, and has its compute as child", async () => {
    const { acme, manager, clock, telemetry } = traced(TIERS);
    await acme.getOrCompute("notes/a b", () => {
      clock.advance(40);
      return "x";
    });
    const [get] = named(telemetry, "cache.get");
    const [compute] = named(telemetry, "cache.compute");
    expect(get).toMatchObject({
      tenantId: "acme",
      ended: true,
      parent: undefined,
      errors: [],
      attributes: {
        "cache.key": "notes/a b",
        "cache.key_type": "notes",
        "cache.hit": "miss",
        "cache.miss_cause": "absent",
        "cache.causes": "hot=absent,cold=absent",
        "cache.stale": false,
        "cache.coalesced": false,
        "cache.compute_ms": 40,
        "cache.item_size": 3,
      },
      events: [
        { name: "cache.tier", attributes: { "cache.tier": "hot", "cache.outcome": "absent" } },
        { name: "cache.tier", attributes: { "cache.tier": "cold", "cache.outcome": "absent" } },
      ],
    });
    expect(compute).toMatchObject({
      ended: true,
      attributes: {
        "cache.key": "notes/a b",
        "cache.key_type": "notes",
        "cache.compute_ms": 40,
        "cache.item_size": 3,
        "cache.stored": true,
      },
    });
    expect(compute?.parent).toBe(get);
    await manager.close();
  });

  test("what a compute reads through the cache becomes its child", async () => {
    const { acme, manager, telemetry } = traced(TIERS);
    await acme.getOrCompute("answers/1", async () => acme.getOrCompute("notes/1", () => 1));
    const gets = named(telemetry, "cache.get");
    const computes = named(telemetry, "cache.compute");
    expect(gets.map((get) => get.parent)).toEqual([undefined, computes[0]]);
    expect(computes.map((compute) => compute.parent)).toEqual(gets);
    await manager.close();
  });

  test("a hit tells its tier, age and worth; one in memory too", async () => {
    const { acme, manager, clock, telemetry } = traced(TIERS);
    const slow = (): number => {
      clock.advance(40);
      return 1;
    };
    await acme.getOrCompute("notes/1", slow);
    clock.advance(500);
    await acme.getOrCompute("notes/1", slow);
    await acme.get("notes/1");
    expect(named(telemetry, "cache.get")).toHaveLength(3);
    for (const hit of named(telemetry, "cache.get").slice(1))
      expect(hit).toMatchObject({
        ended: true,
        always: false,
        attributes: {
          "cache.hit": "hot",
          "cache.age_ms": 500,
          "cache.compute_ms": 40,
          "cache.saved_ms": 40,
          "cache.item_size": 1,
        },
        events: [{ attributes: { "cache.tier": "hot", "cache.outcome": "hit" } }],
      });
    expect(await acme.stats()).toMatchObject({ hits: 2, misses: 1 });
    await manager.close();
  });

  test("each tier's time is its own", async () => {
    const { acme, manager, clock, telemetry, faults } = traced({ near: "entry", far: "entry" });
    for (const [tier, ms] of Object.entries({ near: 20, far: 70 }))
      faults(tier).intercept("getEntry", async () => clock.advance(ms));
    await acme.get("notes/1");
    const [get] = named(telemetry, "cache.get");
    expect(get).toMatchObject({
      agoMs: 90,
      events: [
        { attributes: { "cache.tier": "near", "cache.ms": 20 }, agoMs: 70 },
        { attributes: { "cache.tier": "far", "cache.ms": 70 }, agoMs: 0 },
      ],
    });
    await manager.close();
  });

  test("a bypassed or refreshed read says so and asks no tier", async () => {
    const { acme, manager, telemetry } = traced(TIERS);
    await acme.getOrCompute("notes/1", () => 1, { bypass: true });
    await acme.getOrComputeWithInfo("notes/1", () => 1, { refresh: true });
    for (const get of named(telemetry, "cache.get"))
      expect(get).toMatchObject({
        ended: true,
        events: [],
        attributes: {
          "cache.miss_cause": "bypassed",
          "cache.causes": "hot=bypassed,cold=bypassed",
        },
      });
    const stored = named(telemetry, "cache.compute").map((s) => s.attributes["cache.stored"]);
    expect(stored).toEqual([false, true]);
    await manager.close();
  });

  test("a compute that throws is recorded on its span and on the read's, once each", async () => {
    const { acme, manager, telemetry } = traced(TIERS);
    const error = new Error("no");
    await expect(acme.getOrCompute("notes/1", () => Promise.reject(error))).rejects.toBe(error);
    expect(telemetry.spans.map(({ name, errors, ended }) => [name, errors, ended])).toEqual([
      ["cache.get", [error], true],
      ["cache.compute", [error], true],
    ]);
    // As the metric says, whatever the tiers said before.
    expect(telemetry.spans[0]?.attributes["cache.miss_cause"]).toBe("failed");
    await manager.close();
  });
});

describe("under no recording parent", () => {
  test("a hit makes no span unless it was slow; a miss makes one that is kept", async () => {
    const { acme, manager, clock, telemetry, faults } = traced({ cold: "entry" });
    telemetry.recording = false;
    await acme.getOrCompute("notes/1", () => 1);
    expect(telemetry.spans.map(({ name, always }) => [name, always])).toEqual([
      ["cache.get", true],
      ["cache.compute", true],
    ]);
    await acme.get("notes/1");
    expect(telemetry.spans).toHaveLength(2);
    faults("cold").intercept("getEntry", async () => clock.advance(250));
    await acme.get("notes/1");
    expect(telemetry.spans[2]).toMatchObject({
      name: "cache.get",
      always: true,
      agoMs: 250,
      ended: true,
      attributes: { "cache.hit": "cold", "cache.slow": true },
    });
    await manager.close();
  });

  test("slowReadMs says what is slow", async () => {
    const telemetry = recordingTelemetry();
    const it = setUp({ cold: "entry" }, { telemetry, slowReadMs: 20 });
    telemetry.recording = false;
    await it.acme.put("notes/1", 1);
    it.faults("cold").intercept("getEntry", async () => it.clock.advance(20));
    await it.acme.get("notes/1");
    expect(telemetry.spans.map((s) => s.attributes["cache.slow"])).toEqual([true]);
    await it.manager.close();
  });

  test("where nobody keeps anything no span is made and no clock is asked for one", async () => {
    const { acme, manager, clock, telemetry } = traced({ cold: "entry" });
    telemetry.recording = false;
    telemetry.keeping = false;
    telemetry.measuring = false;
    await acme.put("notes/1", 1);
    const monotonic = clock.monotonic.bind(clock);
    const asked = async (keeping: boolean): Promise<number> => {
      let count = 0;
      telemetry.keeping = keeping;
      clock.monotonic = () => {
        count++;
        return monotonic();
      };
      await acme.get("notes/1");
      return count;
    };
    const bare = await asked(false);
    expect(await asked(true)).toBeGreaterThan(bare);
    expect(await asked(false)).toBe(bare);
    expect(telemetry.spans).toEqual([]);
    await manager.close();
  });

  test("a put that fails is told, one that works is not", async () => {
    const { acme, manager, telemetry } = traced({ cold: "entry" });
    telemetry.recording = false;
    await acme.put("notes/1", 1);
    expect(telemetry.spans).toEqual([]);
    await expect(acme.put("notes/1", undefined as never)).rejects.toMatchObject({
      code: "invalid_value",
    });
    expect(telemetry.spans).toMatchObject([
      { name: "cache.put", always: true, ended: true, errors: [expect.any(Error)] },
    ]);
    await manager.close();
  });
});
