import type { Observation } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { Readings } from "./readings.ts";

/** Instruments of the invalidation log as this node knows it. Nothing is told before it is first read: a node is not behind a log that it never needed. */
export function logReadings({ coherence, mirror }: Engine): Readings {
  const known =
    (read: () => number | undefined): Observation =>
    (emit) => {
      const value = coherence.ageMs === undefined ? undefined : read();
      if (value !== undefined) emit(value, {});
    };
  return {
    "cache.log.down": (emit) => {
      if (coherence.ageMs !== undefined || coherence.isAway) emit(coherence.isLive() ? 0 : 1, {});
    },
    "cache.log.age": known(() => coherence.ageMs),
    "cache.log.position": known(() => coherence.position),
    "cache.log.acknowledged": (emit) => {
      if (coherence.leaseMs === 0) return;
      for (const [by, count] of Object.entries(coherence.acknowledged)) emit(count, { by });
    },
    "cache.log.scopes": known(() => mirror.size().scopes),
  };
}
