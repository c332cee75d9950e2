import type { Scope } from "@cogniverse/sdk";
import { covers, encodePattern } from "@cogniverse/sdk/keys";

/**
 * A key whose values say what they were made of. `tags`: those of all its values; `sources`: keys that its compute reads through the cache; `looks`: what its compute looks for in the cache and does without where it is not there, default nothing; `named`: what it reads around the cache and names with `dependsOn`.
 * `made`: by computes and puts, by puts alone, or not at all, since it only stands for something that others are made from.
 */
export interface CatalogKey {
  readonly key: string;
  readonly tags: readonly string[];
  readonly sources: readonly string[];
  readonly looks?: readonly string[];
  readonly named: readonly string[];
  readonly made: "computed" | "put" | "never";
}

const LEAF = { tags: [], sources: [], named: [], made: "computed" } as const;

/** Few keys, so that programs meet on them; each kind of dependency once, over three levels. */
export const CATALOG: readonly CatalogKey[] = [
  { ...LEAF, key: "docs/x/1", tags: ["red"] },
  { ...LEAF, key: "docs/x/2", tags: ["blue"], named: ["raw/1"] },
  { ...LEAF, key: "docs/y/1", tags: ["red", "blue"] },
  { ...LEAF, key: "sums/x", sources: ["docs/x/1", "docs/x/2"] },
  { ...LEAF, key: "sums/all", tags: ["top"], sources: ["sums/x", "docs/y/1"] },
  { ...LEAF, key: "sums/notes", looks: ["notes/1"] },
  { ...LEAF, key: "notes/1", tags: ["red"], made: "put" },
  { ...LEAF, key: "raw/1", made: "never" },
];

/** Tenants chosen so that one name begins with the other. */
export const TENANTS: readonly string[] = ["acme", "acme:b"];

/** Scopes that programs invalidate beside single keys. */
export const SCOPES: readonly Scope[] = [
  { kind: "prefix", value: "docs/x/" },
  { kind: "prefix", value: "docs/" },
  { kind: "prefix", value: "sums/" },
  { kind: "glob", value: "docs/*/1" },
  { kind: "glob", value: "**/x" },
  { kind: "glob", value: "{notes,docs}/**" },
  { kind: "tag", value: "red" },
  { kind: "tag", value: "blue" },
  { kind: "tag", value: "top" },
  { kind: "key", value: "raw/1" },
  { kind: "tenant" },
];

/** Which keys there are, and what an invalidation of them speaks of. */
export class KeyCatalog {
  readonly #keys: ReadonlyMap<string, CatalogKey>;
  readonly #reached = new Map<string, readonly string[]>();

  constructor(keys: readonly CatalogKey[]) {
    this.#keys = new Map(keys.map((known) => [known.key, known]));
  }

  /** Throws RangeError for a key that is not in it. */
  get(key: string): CatalogKey {
    const known = this.#keys.get(key);
    if (known === undefined) throw new RangeError(`No key "${key}" in the catalog`);
    return known;
  }

  /** Keys whose own content an invalidation of the scope speaks of: those it names, and those that carry its tag. */
  keysOf(scope: Scope): readonly string[] {
    const id = scope.kind === "tenant" ? "tenant" : `${scope.kind} ${scope.value}`;
    let keys = this.#reached.get(id);
    if (keys === undefined) {
      const canonical =
        scope.kind === "glob" ? { kind: scope.kind, value: encodePattern(scope.value) } : scope;
      const names = [...this.#keys.values()].filter(
        ({ key, tags }) =>
          covers(canonical, { kind: "key", value: key }) ||
          tags.some((tag) => covers(canonical, { kind: "tag", value: tag })),
      );
      this.#reached.set(id, (keys = names.map(({ key }) => key)));
    }
    return keys;
  }
}

/** Those that programs use. */
export const programKeys: KeyCatalog = new KeyCatalog(CATALOG);
