import { describe, expect, test } from "@jest/globals";
import { randomProgram } from "@cogniverse/testkit";
import { runCommand } from "@cogniverse/test-servers/commands";

const main = new URL("check-model.main.ts", import.meta.url);

describe("npm run check:model", () => {
  test("prints both rates, and as figures with --json", async () => {
    const text = await runCommand(main, ["--programs", "60", "--workers", "2"]);
    expect(text.code).toBe(0);
    expect(text.errors).toMatch(/^\d+ %: \d+ of 60 programs, \d+\/s\n$/);
    expect(text.out).toMatch(
      /^60 programs in .* s: \d+ programs\/s, \d+ turns\/s\n\d+ reads judged/,
    );
    const json = await runCommand(main, [
      "--programs",
      "60",
      "--workers",
      "1",
      "--json",
      "--seed",
      "5",
    ]);
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toMatchObject({ programs: 60, failure: null });
  });

  test("replays one program", async () => {
    const { code, out } = await runCommand(main, ["--program", JSON.stringify(randomProgram(3))]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}seed 3: \d nodes(.*\n)+every answer was allowed\n$/);
  });

  test.each([
    [["--programs", "0"], "--programs and --workers take a whole number"],
    [["--seed", "x"], "--seed takes a whole number"],
    [["--program", "{"], "--program takes a program or a file"],
    [["--nonsense"], "Unknown option '--nonsense'"],
  ])("refuses %j", async (args, problem) => {
    const { code, errors } = await runCommand(main, args);
    expect(code).toBe(2);
    expect(errors).toContain(problem);
  });

  test("ends when it is interrupted, and says what was done", async () => {
    const { code, out } = await runCommand(main, ["--programs", "1000000"], {
      interruptAt: "of 1000000 programs",
    });
    expect(code).toBe(130);
    expect(out).toMatch(/^\d+ programs in .* s: \d+ programs\/s/);
  });
});
