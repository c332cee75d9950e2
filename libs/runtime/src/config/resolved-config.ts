import type { BackgroundSweepOptions, PolicyOptions } from "@cogniverse/core";
import type { TelemetryConfig } from "@cogniverse/foundation/node";
import type { BackendModule, Prices } from "@cogniverse/sdk";
import type { KeyTypeConfig } from "./cache-config.ts";

/** A tier that can be made. */
export type ResolvedTier = Readonly<{
  name: string;
  /** As YAML calls it. */
  backend: string;
  /** Where its module came from; `undefined` = it was given. */
  package: string | undefined;
  module: BackendModule;
  /** What the module's `parse` made of `config`. */
  options: unknown;
  timeLimitMs: number | undefined;
  breakerFailures: number | undefined;
  breakerPauseMs: number | undefined;
}>;

/** A configuration without mistakes, in the terms of core. `undefined` leaves core's default. */
export type ResolvedConfig = Readonly<{
  enabled: boolean;
  /** Fastest first; none where the cache is not enabled. */
  tiers: readonly ResolvedTier[];
  policies: Readonly<Record<string, PolicyOptions>>;
  defaultPolicy: PolicyOptions | undefined;
  tenants: Readonly<
    Record<string, Readonly<{ policies: Readonly<Record<string, PolicyOptions>> }>>
  >;
  keyTypes: readonly KeyTypeConfig[];
  backgroundLimit: number | undefined;
  coherenceWaitMs: number | undefined;
  /** D of a log that other machines read. */
  networkLeaseMs: number;
  /** `undefined`: nothing is swept in the background. */
  sweep: BackgroundSweepOptions | undefined;
  prices: Prices | undefined;
  figuresIntervalMs: number | undefined;
  /** `undefined`: the file has no such section. Not joined with the environment yet; holds secrets. */
  telemetry: TelemetryConfig | undefined;
}>;
