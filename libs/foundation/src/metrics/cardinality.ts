import type { Attributes } from "@cogniverse/sdk";

/** Stands for every tenant or key type beyond the limit. No tenant can be called so: ids have no parentheses. */
export const OTHER = "(other)";

/** How many tenants and key types metrics tell apart. */
export interface CardinalityLimits {
  readonly tenants: number;
  readonly keyTypes: number;
}

/**
 * Bounds the series that a metric can have: the first `tenants` tenants and `keyTypes` key types that are seen keep their names for the life
 * of the process, all others are {@link OTHER}. What is counted under it adds up; nothing is lost.
 */
export class Cardinality {
  readonly #tenants: FirstCome;
  readonly #keyTypes: FirstCome;

  constructor(limits: CardinalityLimits) {
    this.#tenants = new FirstCome(limits.tenants);
    this.#keyTypes = new FirstCome(limits.keyTypes);
  }

  /** The attributes with bounded values; the object itself where nothing had to be changed. */
  bound(attributes: Attributes): Attributes {
    const tenant = attributes["tenant.id"];
    const keyType = attributes["key_type"];
    const boundTenant = tenant === undefined ? tenant : this.tenant(String(tenant));
    const boundType = keyType === undefined ? keyType : this.keyType(String(keyType));
    if (tenant === boundTenant && keyType === boundType) return attributes;
    return {
      ...attributes,
      ...(boundTenant !== undefined && { "tenant.id": boundTenant }),
      ...(boundType !== undefined && { key_type: boundType }),
    };
  }

  tenant(id: string): string {
    return this.#tenants.admit(id);
  }

  keyType(name: string): string {
    return this.#keyTypes.admit(name);
  }
}

class FirstCome {
  readonly #limit: number;
  readonly #admitted = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  admit(name: string): string {
    if (this.#admitted.has(name)) return name;
    if (this.#admitted.size >= this.#limit) return OTHER;
    this.#admitted.add(name);
    return name;
  }
}
