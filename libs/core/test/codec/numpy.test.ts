import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { pythonWithNumpy, serverSuite } from "@cogniverse/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";

import type { NdArray } from "../../src/codec/nd-array.ts";
import { npyCodec } from "../../src/codec/npy-codec.ts";
import { createNpzCodec, npzCodec, type NdArrays } from "../../src/codec/npz-codec.ts";
import { failureOf } from "../support/failure-of.ts";
import { countingArray, dtypes, namedArrays, ndArrays } from "../support/nd-array-arbitrary.ts";

type Described = Readonly<{ dtype: string; shape: readonly number[]; sha256: string }>;
type Case = Readonly<{ file: string; arrays: Readonly<Record<string, Described>> }>;
type Report = Readonly<{ numpy: string; checked: number; problems: readonly string[] }>;

const describeWithNumpy = serverSuite(["python"], describe);
const skipped = describeWithNumpy !== describe;

const folder = mkdtempSync(join(tmpdir(), "numpy-cases-"));
const script = fileURLToPath(new URL("../support/numpy-cases.py", import.meta.url));
const deflatedCodec = createNpzCodec({ compression: "deflated" });

function describeArray({ dtype, shape, data }: NdArray): Described {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { dtype, shape, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function describeAll(arrays: NdArrays): Case["arrays"] {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, describeArray(array)]),
  );
}

async function writeOurs(): Promise<void> {
  const shapes = [
    [],
    [1],
    [7],
    [3, 4],
    [2, 3, 4],
    [0],
    [2, 0, 3],
    [70_001],
    [300, 300],
    Array<number>(32).fill(1),
  ];
  const fixed = dtypes.flatMap((dtype) =>
    shapes.map((shape, index) => countingArray(dtype, shape, index)),
  );
  const singles = [...fixed, ...fc.sample(ndArrays, 100)];
  const sets: NdArrays[] = [
    ...fc.sample(namedArrays, 100),
    Object.fromEntries(fixed.map((array, index) => [`array/${index}`, array])),
    { "ä/日本/🎬": countingArray("i4", [3]), "with space.x": countingArray("f2", [2, 2]) },
  ];
  const cases: Case[] = [];
  const add = async (
    file: string,
    bytes: Uint8Array | Promise<Uint8Array>,
    arrays: Case["arrays"],
  ): Promise<void> => {
    await writeFile(join(folder, file), await bytes);
    cases.push({ file, arrays });
  };
  for (const [index, array] of singles.entries())
    await add(`ours-${index}.npy`, npyCodec.encode(array), { "": describeArray(array) });
  for (const [index, arrays] of sets.entries()) {
    await add(`ours-${index}.npz`, npzCodec.encode(arrays), describeAll(arrays));
    await add(`ours-${index}-deflated.npz`, deflatedCodec.encode(arrays), describeAll(arrays));
  }
  await writeFile(join(folder, "ours.json"), JSON.stringify(cases));
}

/** One Python process does both directions. */
async function runNumpy(python: string): Promise<Report> {
  const { stdout } = await promisify(execFile)(python, [script, folder], { maxBuffer: 2 ** 26 });
  // All that the script prints is the report.
  return JSON.parse(stdout) as Report;
}

let report: Report = { numpy: "", checked: 0, problems: [] };
let theirs: readonly Case[] = [];

beforeAll(async () => {
  if (skipped) return;
  await writeOurs();
  report = await runNumpy(await pythonWithNumpy());
  // Written by the script, in this form.
  theirs = JSON.parse(await readFile(join(folder, "numpy.json"), "utf8")) as Case[];
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function decode(file: string): Promise<NdArrays> {
  const bytes = await readFile(join(folder, file));
  return file.endsWith(".npz") ? npzCodec.decode(bytes) : { "": await npyCodec.decode(bytes) };
}

/** Names in order, so that only contents differ. */
function sorted(value: object): string {
  return JSON.stringify(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

async function wrong(cases: readonly Case[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { file, arrays } of cases) {
    const found = await decode(file).then(describeAll, (error: unknown) => ({
      error: String(error),
    }));
    if (sorted(found) !== sorted(arrays)) problems.push(`${file}: ${sorted(found).slice(0, 500)}`);
  }
  return problems;
}

describeWithNumpy("what we write", () => {
  test("numpy.load reads every npy and npz we write, stored and deflated: values, dtypes, shapes; and npy files are numpy's own", () => {
    expect(report.problems).toEqual([]);
    expect(report.numpy).toMatch(/^2\./);
    expect(report.checked).toBe(12 * 10 + 100 + 2 * 102);
  });
});

describeWithNumpy("what numpy writes, in both byte orders and every memory order", () => {
  test("numpy.save", async () => {
    const cases = theirs.filter(({ file }) => file.endsWith(".npy"));
    expect(cases).toHaveLength(12 * 11 + 9 * 11 + 3);
    expect(await wrong(cases)).toEqual([]);
  });

  test("numpy.savez and savez_compressed, into files and into pipes", async () => {
    const cases = theirs.filter(({ file }) => file.endsWith(".npz"));
    expect(cases).toHaveLength(4 * 3 + 1);
    expect(await wrong(cases)).toEqual([]);
  });

  test("objects, records, text, complex numbers and dates are refused", async () => {
    const refused = (await readdir(folder)).filter((file) => file.startsWith("refused-"));
    expect(refused).toHaveLength(12);
    const failures = await Promise.all(refused.map((file) => failureOf(() => decode(file))));
    expect(failures).toEqual(refused.map(() => "undecodable: unsupported"));
  });
});
