import type {
  BackendFactory,
  BackendFixture,
  Capability,
  Hook,
  UnreadableKind,
} from "./backend-fixture.ts";
import type { Failures } from "./failing-fixture.ts";

/** One rule of the contract: a name, and what shows that a backend keeps it. */
export type Rule = (name: string, check: (fixture: BackendFixture) => Promise<void>) => void;

/** What rules may ask about the suite they are part of. */
export type ResolvedContract = Readonly<{
  has: (capability: Capability) => boolean;
  can: (hook: Hook) => boolean;
  closes: boolean;
  unreadable: readonly UnreadableKind[];
  failures: Failures;
  largestBytes: number;
  listedKeys: number;
  listingLagMs: number;
  foreverMs: number;
  tickMs: number;
  metadataLimitBytes: number | undefined;
  boundedStreams: boolean;
  configurableLease: boolean;
  forgets: boolean;
  bounded: BackendFactory | undefined;
}>;
