import type { Runner } from "@cogniverse/testkit";

/** Collects a suite instead of running it, so that a test can see which of its rules fail. */
export interface CollectingRunner extends Runner {
  readonly names: readonly string[];
  /** Names of the rules that fail; of those called `only` where it is given. */
  failing(only?: string): Promise<readonly string[]>;
}

/** Makes a {@link CollectingRunner}. */
export function collectingRunner(): CollectingRunner {
  const tests: Readonly<{ name: string; body: () => Promise<void> }>[] = [];
  return {
    get names() {
      return tests.map(({ name }) => name);
    },
    describe: (_name, body) => body(),
    test: (name, body) => void tests.push({ name, body }),
    async failing(only) {
      const names: string[] = [];
      for (const { name, body } of tests.filter((t) => only === undefined || t.name === only)) {
        try {
          await body();
        } catch {
          names.push(name);
        }
      }
      return names;
    },
  };
}
