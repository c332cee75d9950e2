import type { Runner } from "@cogniverse/testkit";

/** Collects a suite instead of running it, so that a test can see which of its rules fail. */
export function collectingRunner(): Runner & { failing(): Promise<readonly string[]> } {
  const tests: Readonly<{ name: string; body: () => Promise<void> }>[] = [];
  return {
    describe: (_name, body) => body(),
    test: (name, body) => void tests.push({ name, body }),
    async failing() {
      const names: string[] = [];
      for (const { name, body } of tests) {
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
