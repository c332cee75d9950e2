import type { Runner } from "./runner.ts";

/** Rules that the service behind a backend is known to break, by name, each with the reason. */
export type Deviations = Readonly<Record<string, string>>;

/**
 * Registers rules with a runner. A rule that is named as a deviation is run all the same and has to fail; its title says why. One that
 * passes, and a name that no rule has, are red.
 */
export class RuleBook {
  readonly #runner: Runner;
  readonly #timeoutMs: number;
  readonly #deviations: Deviations;
  readonly #names = new Set<string>();

  constructor(
    runner: Runner,
    options: Readonly<{ timeoutMs: number | undefined; deviations: Deviations | undefined }>,
  ) {
    this.#runner = runner;
    this.#timeoutMs = options.timeoutMs ?? 60_000;
    this.#deviations = options.deviations ?? {};
  }

  /** A group of rules. */
  describe(name: string, body: () => void): void {
    this.#runner.describe(name, body);
  }

  /** One rule on a fixture of its own. A fixture that cannot be made fails the rule and is no deviation. */
  add<F extends Partial<AsyncDisposable>>(
    name: string,
    make: () => Promise<F> | F,
    check: (fixture: F) => Promise<void>,
  ): void {
    this.#names.add(name);
    const reason = Object.hasOwn(this.#deviations, name) ? this.#deviations[name] : undefined;
    const title = reason === undefined ? name : `${name} [deviates: ${reason}]`;
    const judged = reason === undefined ? check : failing(check, name);
    const body = async (): Promise<void> => {
      const fixture = await make();
      try {
        await judged(fixture);
      } finally {
        await fixture[Symbol.asyncDispose]?.();
      }
    };
    this.#runner.test(title, body, this.#timeoutMs);
  }

  /** To be called after the last rule, inside the outermost group. */
  close(): void {
    const named = Object.keys(this.#deviations);
    if (named.length === 0) return;
    const body = async (): Promise<void> => {
      const unknown = named.filter((name) => !this.#names.has(name));
      if (unknown.length > 0)
        throw new Error(`No rule is called ${unknown.map((n) => JSON.stringify(n)).join(" or ")}`);
    };
    this.#runner.test("every deviation names a rule", body, this.#timeoutMs);
  }
}

function failing<F>(
  check: (fixture: F) => Promise<void>,
  name: string,
): (fixture: F) => Promise<void> {
  return async (fixture) => {
    const kept = await check(fixture).then(
      () => true,
      () => false,
    );
    if (kept) throw new Error(`"${name}" is kept: take it from the deviations`);
  };
}
