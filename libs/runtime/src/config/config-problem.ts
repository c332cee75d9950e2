/**
 * What kind of wrong a problem is: `unreadable_file`; `syntax` of YAML; `undefined_variable` (also a malformed reference);
 * `unknown_name` of an option or tier; `wrong_value`; `impossible` values that do not go together; `missing_package` of a backend
 * that is not installed; `broken_package` that is, but cannot be used.
 */
export type ConfigProblemCode =
  | "unreadable_file"
  | "syntax"
  | "undefined_variable"
  | "unknown_name"
  | "wrong_value"
  | "impossible"
  | "missing_package"
  | "broken_package";

/** Property names and indices from the top of the configuration down to a value. */
export type ConfigPath = readonly (string | number)[];

/** A problem by its path, before anybody looked where in the file that is. */
export type Finding = Readonly<{
  code: ConfigProblemCode;
  path: ConfigPath;
  message: string;
  /** The nearest valid name. */
  suggestion?: string | undefined;
  /** Point at the property's name rather than at its value. */
  atName?: boolean;
  /** The package whose absence is the problem. */
  package?: string | undefined;
}>;

/** Where a problem is. Lines and columns count from 1, columns in UTF-16 units, as editors do. `length`: units to underline. */
export type ConfigLocation = Readonly<{
  line: number;
  column: number;
  length: number;
  /** The whole line, with what looks like a secret masked. */
  excerpt: string;
}>;

/** One wrong thing in a configuration. Plain data: can be printed as JSON as it is. Never holds a variable's value. */
export type LocatedProblem = Readonly<{
  code: ConfigProblemCode;
  /** A sentence, with the nearest valid name where there is one. */
  message: string;
  /** Such as `caching.tiers.hot.backend`; "" for the file as a whole. */
  path: string;
  /** The nearest valid name. */
  suggestion?: string;
  /** The package to add. */
  package?: string;
  /** The file as it was named; left out for a configuration given as an object. */
  file?: string;
  location?: ConfigLocation;
}>;

/** `caching.key_types[0].template`; names that are not plain words are quoted. */
export function pathText(path: ConfigPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}
