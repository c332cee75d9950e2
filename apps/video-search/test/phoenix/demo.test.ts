import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { serverSuite, sharedPhoenix } from "@cogniverse/test-servers";
import { describe, expect, test } from "@jest/globals";
import { ROOT } from "../../src/app.ts";

const LIMIT_MS = 300_000;

serverSuite(["phoenix"], describe)("npm run demo:phoenix", () => {
  test(
    "fills a Phoenix, finds the tree and every documented filter in it, and says where they are",
    async () => {
      const { url, apiKey = "" } = await sharedPhoenix();
      const env = {
        ...process.env,
        PHOENIX_COLLECTOR_ENDPOINT: url,
        PHOENIX_API_KEY: apiKey,
        PHOENIX_PROJECT_NAME: `demo-${randomUUID()}`,
      };
      const script = join(ROOT, "scripts", "demo-phoenix.mjs");
      const { stdout } = await promisify(execFile)(process.execPath, [script, "--exit"], { env });
      expect(stdout).toMatch(/\d+ spans in http:\S+\/projects\//);
      expect(stdout).toMatch(/A cold search as a tree: http:\S+\/traces\/[0-9a-f]{32}\n/);
      expect(stdout).toMatch(/s of compute saved, [\d.e-]+ USD/);
      expect(stdout).toContain("  cache.hit == 'warm' ");
      expect(stdout).toContain("  attributes['cache']['hit'] == 'hot' ");
    },
    LIMIT_MS,
  );
});
