import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { checkConfig } from "../../src/index.ts";
import { fakeModule } from "../support/fake-modules.ts";
import { linesIn } from "../support/check-yaml.ts";

describe("checkConfig", () => {
  test("tells everything that is wrong at once, in the order of the file", async () => {
    const lines = await linesIn(
      "caching:\n  enabled: maybe\n  tiers:\n    cold: { backend: s3 }\n    hot: { backend: memory, config: { size: 1 } }\n  policies: { frames: { warm: true, ttl: ${TTL} } }\n".replace(
        "${TTL}",
        '"${TTL}"',
      ),
    );
    expect(lines.map((line) => line.split(" ")[0])).toEqual([
      "2:12",
      "4:5",
      "5:5",
      "5:39",
      "6:25",
      "6:43",
    ]);
  });

  test("an object has the same problems by their paths", async () => {
    // What plain JavaScript can pass and the types refuse.
    const config = { caching: { tiers: { memory: { backend: "memory", confg: {} } } } } as const;
    expect(await checkConfig({ config })).toEqual({
      ok: false,
      problems: [
        {
          code: "unknown_name",
          message: 'Unknown option "confg"; did you mean "config"?',
          path: "caching.tiers.memory.confg",
          suggestion: "config",
        },
      ],
    });
  });

  test("sums up what a right configuration comes to, without the backends' own options", async () => {
    const check = await checkConfig({
      config: {
        caching: {
          tiers: {
            hot: { backend: "fake", config: { password: "s3cret" } },
            far: { backend: "fake" },
          },
          default_policy: { ttl: 5, writes: "background" },
          policies: { frames: { far: false, ttl: null } },
          tenants: { acme: { policies: { frames: { demote: true } } } },
          key_types: [{ template: "thumbs/{id}", codec: "jpg" }],
        },
      },
      backends: { fake: fakeModule("fake") },
    });
    expect(check).toMatchObject({
      ok: true,
      summary: {
        enabled: true,
        tiers: [
          { name: "hot", backend: "fake" },
          { name: "far", backend: "fake" },
        ],
        policies: {
          default: { tiers: ["hot", "far"], ttl: 5 },
          frames: { tiers: ["hot"], ttl: null, writes: "background" },
          thumbs: { ttl: 5 },
        },
        tenants: { acme: { frames: { tiers: ["hot"], ttl: null, demote: true } } },
        keyTypes: [{ template: "thumbs/{id}", codec: "jpg", version: 1 }],
      },
    });
    expect(JSON.stringify(check)).not.toContain("s3cret");
    expect(JSON.parse(JSON.stringify(check))).toEqual(check);
  });

  test("a file that is not there is a problem too", async () => {
    const configPath = join(tmpdir(), "no-such-folder", "cache.yaml");
    const check = await checkConfig({ configPath });
    expect(check).toMatchObject({
      ok: false,
      problems: [{ code: "unreadable_file", file: configPath }],
    });
    const folder = await checkConfig({ configPath: tmpdir() });
    expect(folder).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringMatching(/^This is a folder/) }],
    });
  });
});
