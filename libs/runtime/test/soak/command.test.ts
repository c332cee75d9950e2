import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { serverSuite } from "@cogniverse/test-servers";
import { runCommand } from "@cogniverse/test-servers/commands";

const main = new URL("soak.main.ts", import.meta.url);

/** Processes that were started with this folder for what is temporary; known where there is a /proc. */
function processesIn(folder: string): readonly string[] {
  if (!existsSync("/proc/self/environ")) return [];
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(folder);
    } catch {
      return false;
    }
  });
}

describe("npm run soak", () => {
  test("says what it takes", async () => {
    const { code, out } = await runCommand(main, ["--help"]);
    expect(code).toBe(0);
    expect(out).toContain("npm run soak -- --seconds 60");
  });

  test.each([
    [["--seconds", "0"], "--seconds takes a number above 0"],
    [["--seed", "x"], "--seed takes a whole number"],
    [["--deployments", "redis,gcs"], "--deployments takes some of redis,s3-redis,s3"],
    [["--nonsense"], "Unknown option '--nonsense'"],
  ])("refuses %j", async (args, problem) => {
    const { code, errors } = await runCommand(main, args);
    expect(code).toBe(2);
    expect(errors).toContain(problem);
  });
});

serverSuite(["redis", "s3"], describe)("npm run soak over real servers", () => {
  test("ends when it is interrupted, says what was done, and leaves nothing behind", async () => {
    const folder = await mkdtemp(join(tmpdir(), "soak-command-"));
    try {
      // Does not go into three deployments without a rest.
      const args = ["--seconds", "500"];
      const { code, out, errors } = await runCommand(main, args, {
        interruptAt: "reads judged",
        env: { TMPDIR: folder },
      });
      expect(errors).toMatch(/^0 %: redis: \d+ reads judged/);
      expect(out).toMatch(/^redis: .* reads judged \([\d.]+\/s\)/);
      expect(code).toBe(130);
      expect(readdirSync(folder)).toEqual([]);
      expect(processesIn(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 120_000);
});
