import { CacheError } from "@cogniverse/sdk";
import type { LocatedProblem } from "./config-problem.ts";
import { formatConfigProblems } from "./format-problems.ts";

/** A configuration that cannot be used. Holds everything that is wrong with it at once, in the order of the file. */
export class ConfigError extends CacheError {
  override readonly name: string = "ConfigError";
  readonly problems: readonly LocatedProblem[];

  constructor(problems: readonly LocatedProblem[], options: { readonly cause?: unknown } = {}) {
    super("invalid_config", formatConfigProblems(problems), options);
    this.problems = problems;
  }

  /** By brand and code, not by prototype: right where `instanceof` is not. */
  static override isInstance(error: unknown): error is ConfigError {
    return CacheError.isInstance(error) && error.code === "invalid_config" && "problems" in error;
  }
}
