import type { Options } from "@cogniverse/sdk";
import type { BackendFactory, Capability, Hook, UnreadableKind } from "./backend-fixture.ts";
import type { Failures } from "./failing-fixture.ts";
import type { ResolvedContract } from "./rule.ts";
import type { Deviations } from "./rule-book.ts";

/** What a backend claims, what its fixture can do, and what would cost too much on it. */
export type BackendContractOptions = Readonly<{
  /** The optional properties that the backend has; it must have no other. */
  capabilities: readonly Capability[];
}> &
  Options<{
    /** False where the backend has nothing to close and no `[Symbol.asyncDispose]`. True. */
    closes: boolean;
    /** What the fixture has beyond `advance`; it must have no other. None. */
    hooks: readonly Hook[];
    /** The kinds of copies that the fixture's `spoil` makes. None. */
    unreadable: readonly UnreadableKind[];
    /** Backends in states in which every call fails. None. */
    failures: Failures;
    /** Rules that the service is known to break, with the reason: each is run and must fail. None. */
    deviations: Deviations;
    /** Size of the largest value that is tried: 64 MiB. */
    largestBytes: number;
    /** How many keys the listing tests store: 2,500. */
    listedKeys: number;
    /** How long a write may take until another node lists it, on the backend's clock; its own node lists it at once. 0. */
    listingLagMs: number;
    /** How long a value that never expires is watched, on the backend's clock: 400 days. A real server takes seconds. */
    foreverMs: number;
    /**
     * The smallest step of a ttl that the server keeps, and the unit that the rules of expiry count in: 1,000. They wait for up to four
     * and a half of it, and take a value for alive a whole one before its end.
     */
    tickMs: number;
    /**
     * How much metadata an entry surely may have: characters of `formatMetadata`, all ASCII. Twice as much must be refused with
     * `too_large`. Left out: at least 64 KiB are taken.
     */
    metadataLimitBytes: number;
    /** True where a stream keeps no whole value in this process, which is then measured with a value of `largestBytes`. */
    boundedStreams: boolean;
    /** True where `another({ leaseMs })` heeds it: a node of a greater D than the log's raises the log's for all. */
    configurableLease: boolean;
    /** False where the log has no `forgetTenant`. */
    forgets: boolean;
    /** Needed for the capability `evictions`: a backend that holds between 10 and 2,000 entries of 1 KiB. */
    bounded: BackendFactory;
    /** Time limit of each test: 60,000. */
    timeoutMs: number;
  }>;

/** With every default in its place. */
export function resolveContract(options: BackendContractOptions): ResolvedContract {
  return {
    has: (capability) => options.capabilities.includes(capability),
    can: (hook) => options.hooks?.includes(hook) ?? false,
    closes: options.closes ?? true,
    unreadable: options.unreadable ?? [],
    failures: options.failures ?? {},
    largestBytes: options.largestBytes ?? 64 << 20,
    listedKeys: options.listedKeys ?? 2500,
    listingLagMs: options.listingLagMs ?? 0,
    foreverMs: options.foreverMs ?? 400 * 86_400_000,
    tickMs: options.tickMs ?? 1000,
    metadataLimitBytes: options.metadataLimitBytes,
    boundedStreams: options.boundedStreams ?? false,
    configurableLease: options.configurableLease ?? false,
    forgets: options.forgets ?? true,
    bounded: options.bounded,
  };
}
