import { readFile, rm, writeFile } from "node:fs/promises";
import { expect, jest, test } from "@jest/globals";

test("the example of the README does what its comments say", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const file = new URL(`readme-example-${process.pid}.ts`, import.meta.url);
  // Inside a function the test can wait for its end and hear what it says.
  const [imports, body] = splitImports(example);
  await writeFile(file, `${imports}\nexport async function run(): Promise<void> {\n${body}\n}\n`);
  const said = jest.spyOn(console, "log").mockReturnValue();
  try {
    // The file was written above from text that this repository holds.
    const { run } = (await import(file.href)) as { run: () => Promise<void> };
    await run();
    expect(said.mock.calls).toEqual([
      ["A beach.", "It shows: A mountain."],
      [{ hit: false, causes: { memory: "invalidated" } }],
    ]);
  } finally {
    said.mockRestore();
    await rm(file);
  }
});

function splitImports(code: string): readonly [string, string] {
  const statement = /^import [\s\S]*?;\n/gm;
  return [code.match(statement)?.join("") ?? "", code.replaceAll(statement, "")];
}
