import { type BackendModule, DEFAULT_NETWORK_LEASE_MS } from "@cogniverse/sdk";

/** D of the log that a module's backends have, said before there is one; `undefined` = they have none. The log itself may keep a greater one. */
export function announcedLeaseMs(
  { profile }: BackendModule,
  networkLeaseMs: number = DEFAULT_NETWORK_LEASE_MS,
): number | undefined {
  return profile?.logLeaseMs === "network" ? networkLeaseMs : profile?.logLeaseMs;
}
