import type { Attributes, TierOperation } from "@cogniverse/sdk";

/** Attributes of a measurement, by operation. */
export type OperationAttributes = Readonly<Record<TierOperation, Attributes>>;

/** Made once for each tier, so that measuring allocates nothing. */
export function operationAttributes(tier: string): OperationAttributes {
  return {
    get: { tier, operation: "get" },
    head: { tier, operation: "head" },
    put: { tier, operation: "put" },
    delete: { tier, operation: "delete" },
    list: { tier, operation: "list" },
    scan: { tier, operation: "scan" },
    stats: { tier, operation: "stats" },
  };
}
