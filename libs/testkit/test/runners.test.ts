import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

// What the README shows, run by each test runner as somebody else would run it: in a process of its own.
const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const CONDITION = "@cogniverse/source";
const binary = (name: string, path: string): string =>
  join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), path);

let folder = "";

beforeAll(async () => {
  const readme = await readFile(join(PACKAGE, "README.md"), "utf8");
  // Below the package, so that its own name resolves as it does for who installed it.
  await mkdir(join(PACKAGE, ".examples"), { recursive: true });
  folder = await mkdtemp(join(PACKAGE, ".examples", "run-"));
  for (const [, code = ""] of readme.matchAll(/^```ts\n(.*?)^```$/gms)) {
    const name = /^\/\/ ([\w-]+\.ts)\n/.exec(code)?.[1];
    if (name !== undefined) await writeFile(join(folder, name), code);
  }
});

afterAll(() => rm(folder, { recursive: true }));

type Ran = Readonly<{ code: number; output: string }>;

/** Without what a test process hands down to its children. */
async function inFolder(...args: readonly string[]): Promise<Ran> {
  const { NODE_OPTIONS: _own, JEST_WORKER_ID: _id, VITEST: _none, ...env } = process.env;
  try {
    const { stdout, stderr } = await run(process.execPath, args, {
      cwd: folder,
      env: { ...env, NO_COLOR: "1", CI: "1" },
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    // Not by `instanceof`: the error is of another realm than this test.
    const { stdout, stderr } = error as Partial<Record<"stdout" | "stderr", string>>;
    if (stdout === undefined || stderr === undefined) throw error;
    return { code: 1, output: stdout + stderr };
  }
}

async function vitest(form: string): Promise<Ran> {
  const settings = {
    test: { include: [form], testTimeout: 60_000 },
    resolve: { conditions: [CONDITION] },
    ssr: { resolve: { conditions: [CONDITION, "node"] } },
  };
  const config = join(folder, "vitest.config.mjs");
  await writeFile(config, `export default ${JSON.stringify(settings)};\n`);
  const vite = binary("vitest", "vitest.mjs");
  return inFolder(vite, "run", "--root", folder, "--config", config, "--reporter", "verbose");
}

async function jest(form: string): Promise<Ran> {
  const settings = {
    rootDir: folder,
    testMatch: [`<rootDir>/${form}`],
    testEnvironmentOptions: { customExportConditions: [CONDITION, "node"] },
    extensionsToTreatAsEsm: [".ts"],
    transform: {},
  };
  const config = join(folder, "jest.config.json");
  await writeFile(config, JSON.stringify(settings));
  const flags = ["--disable-warning=ExperimentalWarning", "--experimental-vm-modules"];
  const args = ["--config", config, "--verbose", "--no-cache"];
  return inFolder(...flags, binary("jest", "bin/jest.js"), ...args);
}

const node = (form: string): Promise<Ran> =>
  inFolder(`--conditions=${CONDITION}`, "--test-reporter=spec", form);

const RUNNERS = { vitest, jest, node };

/** A backend that loses empty values, for the runner to find. */
const broken = (runner: string): string => `
import { FakeClock, mapBackend } from "@cogniverse/testkit";
import { describeBackend, describeLog } from "@cogniverse/testkit/${runner}";
import { memoryLog } from "@cogniverse/testkit";
describeBackend("broken", () => {
  const clock = new FakeClock();
  const backend = mapBackend({ clock });
  const put = async (key, data, ...rest) => data.byteLength > 0 && backend.put(key, data, ...rest);
  return { backend: { ...backend, put }, clock, advance: (ms) => clock.advance(ms) };
}, { capabilities: [], closes: false, largestBytes: 1000, listedKeys: 100 });
describeLog("log", () => ({ log: memoryLog() }));
`;

describe.each(["vitest", "jest", "node"] as const)("under %s", (name) => {
  test("the backend of the README keeps its contract", async () => {
    const form = `${name}-form.ts`;
    if (name === "node") await writeFile(join(folder, form), await nodeForm());
    const { code, output } = await RUNNERS[name](form);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain("tenants and keys chosen to collide are never one entry");
  });

  test("a backend that breaks a rule fails the run, and the rule is named", async () => {
    await writeFile(join(folder, "broken-form.ts"), broken(name));
    const { code, output } = await RUNNERS[name]("broken-form.ts");
    expect({ code, output }).toMatchObject({ code: 1 });
    expect(output).toMatch(/[✕✖×] (?:broken > |.*)an empty value is a hit/);
    expect(output).toContain("the id of a log is never another's");
  });
});

async function nodeForm(): Promise<string> {
  const form = await readFile(join(folder, "jest-form.ts"), "utf8");
  return form.replace("testkit/jest", "testkit/node");
}
