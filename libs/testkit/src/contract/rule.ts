import type { BackendFactory, BackendFixture, Capability } from "./backend-fixture.ts";

/** One rule of the contract: a name, and what shows that a backend keeps it. */
export type Rule = (name: string, check: (fixture: BackendFixture) => Promise<void>) => void;

/** What rules may ask about the suite they are part of. */
export type ResolvedContract = Readonly<{
  has: (capability: Capability) => boolean;
  largestBytes: number;
  listedKeys: number;
  foreverMs: number;
  bounded: BackendFactory | undefined;
}>;
