/** The part of a test runner that the suites use; jest, vitest and (wrapped) node:test have it. */
export interface Runner {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>, timeoutMs: number): void;
}
