import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { randomProgram } from "@cogniverse/testkit";

const main = fileURLToPath(new URL("check-model.main.ts", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** `interruptAt`: words on the standard error stream at which it gets SIGINT. */
function command(args: readonly string[], interruptAt?: string): Promise<Ended> {
  const child = spawn(process.execPath, ["--conditions=@cogniverse/source", main, ...args]);
  let out = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    const [before, now] = [errors, (errors += text)];
    // Once: the second time it ends on the spot.
    if (interruptAt !== undefined && now.includes(interruptAt) && !before.includes(interruptAt))
      child.kill("SIGINT");
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, errors })));
}

describe("npm run check:model", () => {
  test("prints both rates, and as figures with --json", async () => {
    const text = await command(["--programs", "60", "--workers", "2"]);
    expect(text).toMatchObject({ code: 0, errors: "" });
    expect(text.out).toMatch(
      /^60 programs in .* s: \d+ programs\/s, \d+ turns\/s\n\d+ reads judged/,
    );
    const json = await command(["--programs", "60", "--workers", "1", "--json", "--seed", "5"]);
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toMatchObject({ programs: 60, failure: null });
  });

  test("replays one program", async () => {
    const { code, out } = await command(["--program", JSON.stringify(randomProgram(3))]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}seed 3: \d nodes(.*\n)+every answer was allowed\n$/);
  });

  test.each([
    [["--programs", "0"], "--programs and --workers take a whole number"],
    [["--seed", "x"], "--seed takes a whole number"],
    [["--program", "{"], "--program takes a program or a file"],
    [["--nonsense"], "Unknown option '--nonsense'"],
  ])("refuses %j", async (args, problem) => {
    const { code, errors } = await command(args);
    expect(code).toBe(2);
    expect(errors).toContain(problem);
  });

  test("ends when it is interrupted, and says what was done", async () => {
    const { code, out } = await command(["--programs", "1000000"], "of 1000000 programs");
    expect(code).toBe(130);
    expect(out).toMatch(/^\d+ programs in .* s: \d+ programs\/s/);
  });
});
