/**
 * What an invalidation covers inside its tenant. `key`: one canonical path; `prefix`: a canonical path ending in `/`;
 * `glob`: a canonical pattern (see pattern.ts); `tag`: any text; `tenant`: everything.
 * A reader that meets a kind it does not know treats it as `tenant`, so an old node fails safe.
 */
export type Scope =
  | Readonly<{ kind: "key" | "prefix" | "tag" | "glob"; value: string }>
  | Readonly<{ kind: "tenant" }>;
