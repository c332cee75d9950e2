import { afterAll, beforeAll, expect } from "@jest/globals";
import { settle } from "@cogniverse/testkit";

/** Fails the file if any promise in it was rejected with nobody to hear. */
export function expectNoUnhandledRejections(): void {
  const unheard: unknown[] = [];
  const hear = (reason: unknown): void => void unheard.push(reason);
  beforeAll(() => void process.on("unhandledRejection", hear));
  afterAll(async () => {
    await settle();
    process.off("unhandledRejection", hear);
    expect(unheard).toEqual([]);
  });
}
