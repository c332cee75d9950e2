import { readFile, rm, writeFile } from "node:fs/promises";
import { expect, jest, test } from "@jest/globals";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);

test.each([
  [0, [["A beach.", "It shows: A mountain."], [{ hit: false, causes: { memory: "invalidated" } }]]],
  [1, [[6, 0, expect.any(Number)]]],
  [2, [[[2, 3]], [expect.any(Number), "bytes of a file"]]],
  [
    3,
    [
      ["cache.get", "absent", undefined],
      ["cache.invalidate", undefined, undefined],
      ["cache.get", "invalidated", "tag video:holiday"],
    ],
  ],
  [
    4,
    [
      ["memory", 3, "of about", 3], // on the way
      ["memory", 3, "of about", 3], // at the end
      [3, "complete"],
    ],
  ],
])("example %i of the README does what its comments say", async (at, lines) => {
  const file = new URL(`readme-example-${process.pid}-${at}.ts`, import.meta.url);
  // Inside a function the test can wait for its end and hear what it says.
  const [imports, body] = splitImports(examples[at] ?? "");
  await writeFile(file, `${imports}\nexport async function run(): Promise<void> {\n${body}\n}\n`);
  const said = jest.spyOn(console, "log").mockReturnValue();
  try {
    // The file was written above from text that this repository holds.
    const { run } = (await import(file.href)) as { run: () => Promise<void> };
    await run();
    expect(said.mock.calls).toEqual(lines);
  } finally {
    said.mockRestore();
    await rm(file);
  }
});

test("every example is run", () => {
  expect(examples).toHaveLength(5);
});

function splitImports(code: string): readonly [string, string] {
  const statement = /^import [\s\S]*?;\n/gm;
  return [code.match(statement)?.join("") ?? "", code.replaceAll(statement, "")];
}
