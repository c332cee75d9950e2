import type { Observation } from "@cogniverse/sdk";

/** Observable instruments by name. */
export type Readings = Readonly<Record<string, Observation>>;
