import { describe, expect, test } from "@jest/globals";
import { backendContract, type Deviations, entryBackend, FakeClock } from "@cogniverse/testkit";
import { collectingRunner } from "./collecting-runner.ts";

const EMPTY = "an empty value is a hit";

function suite(deviations: Deviations, refusesEmpty: boolean): ReturnType<typeof collectingRunner> {
  const runner = collectingRunner();
  const make = () => {
    const clock = new FakeClock();
    const honest = entryBackend({ clock });
    const backend = !refusesEmpty
      ? honest
      : {
          ...honest,
          put: async (...args: Parameters<typeof honest.put>) =>
            args[1].byteLength > 0 && honest.put(...args),
        };
    return { backend, clock, advance: (ms: number) => clock.advance(ms) };
  };
  const capabilities = ["entries", "batch", "scan"] as const;
  backendContract(runner, "deviates", make, { capabilities, deviations });
  return runner;
}

describe("a deviation", () => {
  test("is green while its rule fails, and says the reason", async () => {
    const runner = suite({ [EMPTY]: "the service keeps nothing empty" }, true);
    const title = `${EMPTY} [deviates: the service keeps nothing empty]`;
    expect(runner.names).toContain(title);
    expect(runner.names).not.toContain(EMPTY);
    expect(await runner.failing(title)).toEqual([]);
    expect(await runner.failing("every deviation names a rule")).toEqual([]);
  });

  test("whose rule passes is red", async () => {
    const title = `${EMPTY} [deviates: no longer]`;
    expect(await suite({ [EMPTY]: "no longer" }, false).failing(title)).toEqual([title]);
  });

  test("that names no rule is red", async () => {
    const runner = suite({ "an empty value is a miss": "a slip of the pen" }, false);
    const name = "every deviation names a rule";
    expect(await runner.failing(name)).toEqual([name]);
  });

  test("does not hide a fixture that cannot be made", async () => {
    const runner = collectingRunner();
    const factory = (): never => {
      throw new Error("no server");
    };
    backendContract(runner, "gone", factory, { capabilities: [], deviations: { [EMPTY]: "so" } });
    expect(await runner.failing(`${EMPTY} [deviates: so]`)).toHaveLength(1);
  });
});
