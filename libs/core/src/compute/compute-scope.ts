import { AsyncLocalStorage } from "node:async_hooks";
import type { Position } from "@cogniverse/sdk";
import type { Flight } from "../flight/flight.ts";
import { Stamps } from "./stamps.ts";

/** A compute that runs: what it has read so far, and which flight waits for it. */
export class ComputeScope {
  readonly tenantId: string;
  readonly path: string;
  readonly flight: Flight;
  /** The compute inside which this one was asked for. */
  readonly parent: ComputeScope | undefined;
  /** False once it has ended; code that it left behind still runs inside its scope. */
  runs = true;
  /** The mirror's position before the compute read anything. */
  readonly asOf: Position;
  readonly stamps: Stamps;
  readonly tags: Set<string> = new Set();
  /** `undefined` = as the policy says. */
  ttl: number | null | undefined;
  /** False once it read what cannot be vouched for: another tenant's entry, whose scopes have no name here, or a value without a lease. */
  storable = true;

  constructor(flight: Flight, asOf: Position, parent: ComputeScope | undefined) {
    this.tenantId = flight.tenantId;
    this.path = flight.path;
    this.stamps = new Stamps(flight.path);
    this.flight = flight;
    this.asOf = asOf;
    this.parent = parent;
  }

  /** The compute of this very key that runs around here, if there is one. */
  around(tenantId: string, path: string): ComputeScope | undefined {
    if (this.runs && this.path === path && this.tenantId === tenantId) return this;
    return this.parent?.around(tenantId, path);
  }
}

/** Knows inside which compute the running code is. */
export class ComputeScopes {
  readonly #storage = new AsyncLocalStorage<ComputeScope>();
  /** Computes that run now. While it is 0 no read is inside one, and the hot path need not look. */
  active = 0;

  current(): ComputeScope | undefined {
    return this.active === 0 ? undefined : this.#storage.getStore();
  }

  /** Runs a compute inside its scope, and everything that it awaits. */
  async run<R>(scope: ComputeScope, run: () => R | Promise<R>): Promise<R> {
    this.active++;
    try {
      return await this.#storage.run(scope, run);
    } finally {
      scope.runs = false;
      this.active--;
    }
  }
}
